package pluginproc

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/google/renameio/v2"
	"github.com/hashicorp/go-hclog"
	"google.golang.org/protobuf/proto"

	"github.com/jwhost/jwhost/shared/contract"
	"github.com/jwhost/jwhost/shared/schema"

	pb "github.com/jwhost/jwhost/shared/proto/jwhost/plugin/v1"
)

// A Catalog knows every plugin that a file can name: the bundled ones and,
// by their source, others. It implements jobfile.Actions. Its methods may be
// called from any goroutine.
type Catalog struct {
	bundled []*schema.Plugin
	cache   string
	log     hclog.Logger

	mu        sync.Mutex
	described map[described]*description
}

// described is what Describe was asked.
type described struct{ name, source string }

// A description is an answer to Describe, or why there is none.
type description struct {
	once     sync.Once
	schema   *schema.Plugin
	checksum string
	err      error
}

// NewCatalog returns a Catalog. bundled are the schemas of the plugins that
// this binary serves itself as `plugin serve NAME`. cache is the folder for
// answers to Describe, kept by checksum ("" for none).
func NewCatalog(bundled []*schema.Plugin, cache string, log hclog.Logger) *Catalog {
	if log == nil {
		log = hclog.NewNullLogger()
	}
	return &Catalog{bundled: bundled, cache: cache, log: log, described: make(map[described]*description)}
}

// Bundled implements jobfile.Actions.
func (c *Catalog) Bundled() []*schema.Plugin { return slices.Clone(c.bundled) }

// bundledSchema returns the schema of a bundled plugin, or nil.
func (c *Catalog) bundledSchema(name string) *schema.Plugin {
	for _, p := range c.bundled {
		if p.Name == name {
			return p
		}
	}
	return nil
}

// Describe implements jobfile.Actions: it returns the schema of the plugin at
// source, an absolute path of an executable or of a folder that holds
// jwhost-plugin-NAME. If the program is not known by its checksum it is
// started, without config, secrets or grants, and asked. The answer, also an
// error, is found once.
func (c *Catalog) Describe(name, source string) (*schema.Plugin, error) {
	d := c.describe(name, source)
	return d.schema, d.err
}

func (c *Catalog) describe(name, source string) *description {
	key := described{name, source}
	c.mu.Lock()
	d := c.described[key]
	if d == nil {
		d = new(description)
		c.described[key] = d
	}
	c.mu.Unlock()
	d.once.Do(func() {
		if d.schema, d.checksum, d.err = c.ask(name, source); d.err != nil {
			d.err = fmt.Errorf("plugin %q (%s) can't be used: %w", name, source, d.err)
		}
	})
	return d
}

// known returns the schema that the file was checked with, or nil.
func (c *Catalog) known(name, source string) *schema.Plugin {
	c.mu.Lock()
	d := c.described[described{name, source}]
	c.mu.Unlock()
	if d == nil {
		return nil
	}
	return c.describe(name, source).schema
}

func (c *Catalog) ask(name, source string) (*schema.Plugin, string, error) {
	e, err := findExecutable(name, source)
	if err != nil {
		return nil, "", err
	}
	checksum, err := e.checksum()
	if err != nil {
		return nil, "", fmt.Errorf("it can't be read: %w", err)
	}
	if s := c.cached(checksum); s != nil {
		return s, checksum, nil
	}
	sockets, err := newSocketDir()
	if err != nil {
		return nil, "", err
	}
	defer func() {
		if err := sockets.remove(); err != nil {
			c.log.Warn("the folder of a plugin's sockets stays", "path", sockets.path, "error", err)
		}
	}()
	c.log.Debug("asking a plugin what it is", "plugin", name, "path", e.path)
	p, err := launch(context.Background(), e, sockets.path, c.log.Named("plugin."+name))
	if err != nil {
		return nil, "", err
	}
	p.stop(stopGrace)
	c.remember(checksum, p.schema)
	return p.schema, checksum, nil
}

// cached returns the answer kept for a checksum, or nil. One that can't be read
// is none.
func (c *Catalog) cached(checksum string) *schema.Plugin {
	if c.cache == "" {
		return nil
	}
	raw, err := os.ReadFile(c.cacheFile(checksum))
	if err != nil {
		return nil
	}
	var answer pb.DescribeResponse
	if proto.Unmarshal(raw, &answer) != nil {
		return nil
	}
	s, err := contract.SchemaFromProto(&answer)
	if err != nil || checkMinHost(s.MinHost) != nil {
		return nil
	}
	return s
}

// remember keeps an answer. A cache that can't be written costs time only.
func (c *Catalog) remember(checksum string, s *schema.Plugin) {
	if c.cache == "" {
		return
	}
	raw, err := proto.Marshal(contract.SchemaToProto(s))
	err = errors.Join(err, os.MkdirAll(c.cache, 0o700))
	if err == nil {
		err = renameio.WriteFile(c.cacheFile(checksum), raw, 0o600)
	}
	if err != nil {
		c.log.Warn("a plugin's description is not kept", "error", err)
	}
}

func (c *Catalog) cacheFile(checksum string) string {
	return filepath.Join(c.cache, checksum+".describe")
}

// stopGrace is how long a plugin that is asked to end may take.
const stopGrace = 3 * time.Second
