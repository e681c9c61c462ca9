package cli

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/jwhost/jwhost/hcl/jobfile"
)

// A plan is what a surface knows of a file before the run: what there is to
// show, in the file's order.
type plan struct {
	files []string // names as the person wrote them
	jobs  []planJob
}

type planJob struct {
	name     string
	watchers []planWatcher
}

type planWatcher struct {
	name     string
	captures []string // in the order of the pattern
}

// planOf takes the plan out of a checked file.
func planOf(files []string, f *jobfile.File) plan {
	p := plan{files: files}
	for _, j := range f.Jobs {
		pj := planJob{name: j.Name}
		for _, w := range j.Watchers {
			pw := planWatcher{name: w.Name}
			if w.Pattern != nil {
				for _, c := range w.Pattern.Captures {
					name := c.Name
					if name == "" {
						name = fmt.Sprintf("c%d", c.Group)
					}
					pw.captures = append(pw.captures, name)
				}
			}
			pj.watchers = append(pj.watchers, pw)
		}
		p.jobs = append(p.jobs, pj)
	}
	return p
}

// captures returns the names of a watcher's captures in the pattern's order.
func (p plan) captures(job, watcher string) []string {
	for _, j := range p.jobs {
		if j.name != job {
			continue
		}
		for _, w := range j.watchers {
			if w.name == watcher {
				return w.captures
			}
		}
	}
	return nil
}

// title names the files: "jobs.hcl", "a.hcl, b.hcl".
func title(files []string) string {
	names := make([]string, len(files))
	for i, f := range files {
		names[i] = filepath.Base(f)
	}
	return visible(strings.Join(names, ", "))
}

// count says what the files hold: "2 jobs, 5 watchers, 5 actions". A shared
// watcher counts once, however many jobs list it.
func count(f *jobfile.File) string {
	watchers := map[hcl.Range]bool{}
	actions := map[hcl.Range]bool{}
	add := func(list []*jobfile.Watcher) {
		for _, w := range list {
			watchers[w.Range] = true
			for _, a := range w.Actions {
				actions[a.Range] = true
			}
		}
	}
	add(f.Watchers)
	for _, j := range f.Jobs {
		add(j.Watchers)
	}
	return fmt.Sprintf("%s, %s, %s",
		plural(len(f.Jobs), "job"), plural(len(watchers), "watcher"), plural(len(actions), "action"))
}
