package supervise

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
)

// startChild starts the spec's program, with the given descriptors as 0, 1 and
// 2, in a session of its own. With Pty descriptor 1 becomes its terminal. The
// errors are for the person.
func startChild(s *Spec, stdio []uintptr) (pid int, err error) {
	if err := checkDir(s.Dir); err != nil {
		return 0, err
	}
	for i, arg := range s.Argv {
		if strings.IndexByte(arg, 0) >= 0 {
			return 0, fmt.Errorf("argument %d holds a NUL byte, which no program can be given", i)
		}
	}
	if i := slices.IndexFunc(s.Env, func(v string) bool { return strings.IndexByte(v, 0) >= 0 }); i >= 0 {
		name, _, _ := strings.Cut(s.Env[i], "=")
		return 0, fmt.Errorf("the environment variable %q holds a NUL byte, which no program can be given", name)
	}
	program, err := lookProgram(s)
	if err != nil {
		return 0, err
	}
	pid, err = syscall.ForkExec(program, s.Argv, &syscall.ProcAttr{
		Dir:   s.Dir,
		Env:   s.Env,
		Files: stdio,
		Sys:   &syscall.SysProcAttr{Setsid: true, Setctty: s.Pty, Ctty: 1},
	})
	if err != nil {
		return 0, explainExec(s, program, err)
	}
	return pid, nil
}

func checkDir(dir string) error {
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("the folder %s does not exist", dir)
	case err != nil:
		return fmt.Errorf("the folder %s cannot be entered: %w", dir, cause(err))
	case !info.IsDir():
		return fmt.Errorf("%s is not a folder", dir)
	}
	return nil
}

// lookProgram finds the program as execvp(3) does: a name with a slash is a
// path from Dir, another one is looked up in PATH.
func lookProgram(s *Spec) (string, error) {
	name := s.Argv[0]
	from := func(path string) string {
		if filepath.IsAbs(path) {
			return path
		}
		return filepath.Join(s.Dir, path)
	}
	if strings.Contains(name, "/") {
		return from(name), nil
	}
	path := ""
	for _, v := range s.Env {
		if p, ok := strings.CutPrefix(v, "PATH="); ok {
			path = p
		}
	}
	denied := ""
	for dir := range strings.SplitSeq(path, ":") {
		file := from(filepath.Join(dir, name))
		info, err := os.Stat(file)
		if err != nil || !info.Mode().IsRegular() {
			continue
		}
		if info.Mode().Perm()&0o111 != 0 {
			return file, nil
		}
		denied = file
	}
	switch {
	case denied != "":
		return "", fmt.Errorf("%s: permission denied: %s is not executable (chmod +x)", name, denied)
	case path == "":
		return "", fmt.Errorf("%s: not found: PATH is not set", name)
	case name == "":
		return "", errors.New("the program's name is empty")
	}
	return "", fmt.Errorf("%s: not found in PATH (%s)", name, path)
}

// explainExec says why a program could not be executed.
func explainExec(s *Spec, program string, err error) error {
	name := s.Argv[0]
	switch {
	case errors.Is(err, syscall.ENOENT):
		if _, e := os.Stat(program); e != nil {
			return fmt.Errorf("%s: no such file", name)
		}
		if interpreter := shebang(program); interpreter != "" {
			return fmt.Errorf("%s: its first line names %s, which does not exist", name, interpreter)
		}
		return fmt.Errorf("%s: its loader does not exist (it was built for another system)", name)
	case errors.Is(err, syscall.EACCES):
		if info, e := os.Stat(program); e == nil && info.IsDir() {
			return fmt.Errorf("%s: is a folder", name)
		} else if e == nil && info.Mode().Perm()&0o111 == 0 {
			return fmt.Errorf("%s: permission denied: it is not executable (chmod +x)", name)
		}
		return fmt.Errorf("%s: permission denied", name)
	case errors.Is(err, syscall.ENOEXEC):
		return fmt.Errorf("%s: no program: a script needs a first line like #!/bin/sh", name)
	case errors.Is(err, syscall.E2BIG):
		return fmt.Errorf("%s: its arguments and environment are too long for the system", name)
	}
	return fmt.Errorf("%s: %w", name, err)
}

// shebang returns the interpreter that a script's first line names.
func shebang(file string) string {
	f, err := os.Open(file)
	if err != nil {
		return ""
	}
	defer f.Close()
	line, _ := bufio.NewReaderSize(f, 256).ReadSlice('\n')
	rest, ok := strings.CutPrefix(string(line), "#!")
	if !ok {
		return ""
	}
	// A script written on Windows names an interpreter that ends in "\r".
	name, _, _ := strings.Cut(strings.TrimSpace(strings.ReplaceAll(rest, "\r", `\r`)), " ")
	return name
}

// cause takes the operation and path from an error that names them itself.
func cause(err error) error {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err
	}
	return err
}
