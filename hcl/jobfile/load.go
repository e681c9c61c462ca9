// Package jobfile reads job files: HCL goes in, a checked [File] comes out, or
// diagnostics with source ranges about everything that can be known before a
// job starts.
package jobfile

import "github.com/hashicorp/hcl/v2"

// Load reads and checks the files together, as one. The File is returned even
// with errors as far as it was understood, for its Sources.
func Load(paths []string, o Options) (*File, hcl.Diagnostics) { panic("unwritten") }
