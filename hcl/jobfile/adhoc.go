package jobfile

import "path/filepath"

// AdHoc returns a local job that runs argv in dir, "" for the current folder,
// under all watchers that stand outside of jobs.
func (f *File) AdHoc(name string, argv []string, dir string) *Job {
	if abs, err := filepath.Abs(dir); err == nil {
		dir = abs
	}
	return &Job{Name: name, Source: &Local{Argv: argv}, Dir: dir, Watchers: f.Watchers}
}
