// Package jobfile reads job files: HCL goes in, a checked [File] comes out, or
// diagnostics with source ranges about everything that can be known before a
// job starts.
package jobfile

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/jwhost/jwhost/hcl/scope"
	"github.com/jwhost/jwhost/shared/schema"
)

// Load reads and checks the files together, as one. The File is returned even
// with errors as far as it was understood, for its Sources.
func Load(paths []string, o Options) (*File, hcl.Diagnostics) {
	l := &loader{
		o: o, file: &File{Sources: map[string]*hcl.File{}},
		vars: map[string]cty.Value{}, locals: map[string]cty.Value{}, declared: map[string]*Plugin{}, explained: map[string]bool{},
	}
	if o.Actions != nil {
		l.bundled = o.Actions.Bundled()
	}
	for _, path := range paths {
		l.read(path)
	}
	if len(l.file.Paths) > 0 {
		l.file.Dir = filepath.Dir(l.file.Paths[0])
	}
	l.variables()
	l.localValues()
	l.checkBundled()
	l.plugins()
	l.jobs()
	l.shared()
	l.secrets()
	return l.file, l.sorted()
}

// A loader holds what is known while files are read.
type loader struct {
	o         Options
	file      *File
	faults    hcl.Diagnostics    // of syntax
	diags     hcl.Diagnostics    // all others
	blocks    []*hclsyntax.Block // of the top level of all files
	explained map[string]bool    // lines whose fault of syntax was corrected
	soft      []hcl.Range        // faults of syntax that leave the rest in order
	hard      []hcl.Range        // and the others
	vars      map[string]cty.Value
	locals    map[string]cty.Value
	bundled   []*schema.Plugin
	// declared are the plugin blocks by name, nil for those that cannot be used.
	declared map[string]*Plugin
	edges    []edge             // of depends_on
	listed   []*hclsyntax.Block // shared watchers that some job lists
}

// topLevel are the blocks of a file.
var topLevel = []string{"variable name", "locals", "plugin name", "watcher name", "job name"}

func (l *loader) read(path string) {
	abs, err := filepath.Abs(path)
	if err != nil {
		abs = path
	}
	if slices.Contains(l.file.Paths, abs) {
		return
	}
	l.file.Paths = append(l.file.Paths, abs)
	body := l.parse(path)
	if body == nil {
		return
	}
	l.blocks = append(l.blocks, body.Blocks...)
	var known []string
	for _, t := range topLevel {
		typ, _, _ := strings.Cut(t, " ")
		known = append(known, typ)
	}
	for name, a := range body.Attributes {
		l.error(CodeUnknownAttribute, a.NameRange, "An attribute outside of a block",
			"%s stands in no block. A file consists of blocks: %s.", name, sorted(known))
	}
	for _, b := range body.Blocks {
		if !slices.Contains(known, b.Type) {
			l.unknown(CodeUnknownBlock, b.TypeRange, "block", b.Type, "a file", known)
		}
	}
}

// of returns the top-level blocks of a type.
func (l *loader) of(typ string) []*hclsyntax.Block {
	var blocks []*hclsyntax.Block
	for _, b := range l.blocks {
		if b.Type == typ {
			blocks = append(blocks, b)
		}
	}
	return blocks
}

// path returns a path of the file that holds at as an absolute one.
func (l *loader) path(path string, at hcl.Range) string {
	if filepath.IsAbs(path) {
		return filepath.Clean(path)
	}
	abs, err := filepath.Abs(at.Filename)
	if err != nil {
		abs = at.Filename
	}
	return filepath.Join(filepath.Dir(abs), path)
}

// checkBundled refuses schemas of bundled plugins that break the rules: a
// mistake of whoever built this program.
func (l *loader) checkBundled() {
	for _, p := range l.bundled {
		if err := p.Check(); err != nil {
			l.diags = append(l.diags, &hcl.Diagnostic{
				Severity: hcl.DiagError, Summary: "Unusable bundled plugin " + p.Name, Detail: period(err.Error()), Extra: CodePlugin,
			})
		}
	}
}

// secrets lists every secret("NAME") of the files.
func (l *loader) secrets() {
	for _, b := range l.blocks {
		_ = hclsyntax.VisitAll(b.Body, func(n hclsyntax.Node) hcl.Diagnostics {
			if call, ok := n.(*hclsyntax.FunctionCallExpr); ok {
				if name, ok := scope.SecretName(call); ok {
					l.file.Secrets = append(l.file.Secrets, Secret{Name: name, Range: call.Range()})
				}
			}
			return nil
		})
	}
	slices.SortStableFunc(l.file.Secrets, func(a, b Secret) int { return l.compare(a.Range, b.Range) })
}

// sorted returns the diagnostics in the order of the files, each once.
func (l *loader) sorted() hcl.Diagnostics {
	var out hcl.Diagnostics
	for i, d := range append(l.faults, l.diags...) {
		same := func(o *hcl.Diagnostic) bool {
			return o.Summary == d.Summary && o.Detail == d.Detail && (o.Subject == d.Subject || o.Subject != nil && d.Subject != nil && *o.Subject == *d.Subject)
		}
		if (i < len(l.faults) || l.trusted(d)) && !slices.ContainsFunc(out, same) {
			d.Expression, d.EvalContext = nil, nil // the text form would print values of variables
			out = append(out, d)
		}
	}
	slices.SortStableFunc(out, func(a, b *hcl.Diagnostic) int {
		switch {
		case a.Subject == nil && b.Subject == nil:
			return 0
		case a.Subject == nil:
			return -1
		case b.Subject == nil:
			return 1
		}
		return l.compare(*a.Subject, *b.Subject)
	})
	return out
}

// compare orders ranges by file, then by place.
func (l *loader) compare(a, b hcl.Range) int {
	if a.Filename != b.Filename {
		return l.order(a.Filename) - l.order(b.Filename)
	}
	return a.Start.Byte - b.Start.Byte
}

func (l *loader) order(name string) int {
	abs, err := filepath.Abs(name)
	if err != nil {
		abs = name
	}
	if i := slices.Index(l.file.Paths, abs); i >= 0 {
		return i
	}
	return len(l.file.Paths) // a file of values
}
