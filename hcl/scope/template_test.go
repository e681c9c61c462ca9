package scope

import (
	"errors"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/jwhost/jwhost/hcl/proof"
	"github.com/jwhost/jwhost/hcl/shellsafe"
)

func TestTemplateBytes(t *testing.T) {
	for _, test := range []struct{ src, want string }{
		{`"plain"`, "plain"},
		{`"${var.out}/${local.where}"`, "results/a/b"},
		{`loss`, "0.50"},
		{`"${loss}"`, "0.50"},
		{`"loss ${loss}!"`, "loss 0.50!"},
		{`msg`, "a \xff b\xff\xffe\u0301"}, // neither normalised nor repaired
		{`"<${msg}>"`, "<a \xff b\xff\xffe\u0301>"},
		{`c3`, "a \xff b\xff\xffe\u0301"},
		{`match.line`, "the \xff line"},
		{`"${(match.text)}"`, "the"},
		{`job.dir`, "/x\xff"},
		{`upper(match.line)`, "THE \ufffd LINE"},
		{`"${loss * 2}"`, "1"},
		{`"${loss / 3}"`, "0.16666666666666666"},
		{`"${epoch * 100000000000000000000}"`, "1200000000000000000000"},
		{`"${metric.loss.min}"`, "0.1"},
		{`"[${metric.fresh.min}]"`, "[]"},
		{`"[${metric.fresh.min * 2}]"`, "[]"},
		{`"[${null}]"`, "[]"},
		{`"[${opt}]"`, "[]"},
		{`"${prev.loss} ${prev.epoch}."`, "0.70 ."},
		{`"${epoch > 3 ? loss : "low"}"`, "0.5"},
		{`"${epoch > 3 ? "${loss}" : "low"}"`, "0.50"},
		{`"%{ if epoch > 3 }loss ${loss}%{ else }low%{ endif }"`, "loss 0.50"},
		{`"%{ for x in var.list }${x}=${loss} %{ endfor }"`, "a=0.50 b=0.50 "},
		{`"%{ for loss in var.list }${loss} %{ endfor }"`, "a b "},
		{`"${JOB_ID} ${job.exit_code} ${job.time_left} ${job.attempt} ${match.number} ${watcher.name} ${watcher.triggers}"`, "run1.train 7  1 41 w 2"},
		{`"${unsafe(msg)}"`, "a \xff b\xff\xffe\u0301"},
		{`"Bearer ${secret("X")}"`, "Bearer s3cret-X\xff"},
		{`"${lower(secret("X"))}"`, "s3cret-x\ufffd"},
		{`"${true} ${loss > 1}"`, "true false"},
		{"<<EOT\na ${epoch}\nb\nEOT\n", "a 12\nb\n"},
		{`jsonencode({ x = loss, y = "${loss}" })`, `{"x":0.5,"y":"0.50"}`},
		{`"$${x} %%{y} \u00e9"`, "${x} %{y} é"},
	} {
		s, expr := train(t, test.src)
		tmpl, diags := s.Template(expr)
		if diags.HasErrors() {
			t.Errorf("%s: %s", test.src, diags)
			continue
		}
		got, err := tmpl.Bytes(match())
		if err != nil || string(got) != test.want {
			t.Errorf("%s = %q, %v; want %q", test.src, got, err, test.want)
		}
	}
}

func TestTemplateLanguage(t *testing.T) {
	for _, test := range []struct{ src, within, beyond string }{
		{`"${loss}"`, `[\d.]+|nan|-?inf`, ``},
		{`"${loss * 2}"`, `-?[0-9]+(\.[0-9]+)?`, ``},
		{`"${-epoch}"`, `-?[0-9]+(\.[0-9]+)?`, ``},
		{`"${metric.loss.min}"`, `(-?[0-9]+(\.[0-9]+)?)?`, `-?[0-9]+(\.[0-9]+)?`},
		{`"${metric.loss.count}"`, `[0-9]+`, ``},
		{`"${length(msg)}"`, ``, ``},
		{`"${strlen(msg)}"`, `-?[0-9]+(\.[0-9]+)?`, ``},
		{`"${epoch > 3 ? "high" : "low"}"`, `high|low`, `high`},
		{`"${epoch > 3 ? epoch : "low"}"`, `(-?[0-9]+(\.[0-9]+)?)?|low`, `[0-9]+|low`},
		{`"${epoch > 3 ? "e${epoch}" : "low"}"`, `e[0-9]+|low`, `low`},
		{`"${epoch > 3}"`, `(true|false)?`, `true`},
		{`"${upper(opt)}"`, `(?s).*`, `[A-Z]*`},
		{`"${epoch > 3 ? msg : "x"}"`, `(?s).*`, `.`},
		{`"${JOB_ID}"`, `[A-Za-z0-9_.-]+`, `-.*`},
		{`"${job.name}"`, `[A-Za-z_][A-Za-z0-9_-]*`, ``},
		{`"${job.exit_code}"`, `(-?[0-9]+)?`, `-?[0-9]+`},
		{`"${match.number}"`, `[0-9]+`, ``},
		{`"${prev.epoch}"`, `[0-9]*`, `[0-9]+`},
		{`"${unsafe(epoch)}"`, `[0-9]+`, ``},
	} {
		s, expr := train(t, test.src)
		tmpl, diags := s.Template(expr)
		if test.within == "" {
			if !diags.HasErrors() {
				t.Errorf("%s: no complaint", test.src)
			}
			continue
		}
		if diags.HasErrors() || len(tmpl.Parts) != 1 || tmpl.Parts[0].Language == nil {
			t.Errorf("%s: %v", test.src, diags)
			continue
		}
		l := tmpl.Parts[0].Language
		if witness, ok := proof.Contained(l, proof.Match(test.within)); !ok {
			t.Errorf("%s can hold %q", test.src, witness)
		}
		if test.beyond != "" {
			if _, ok := proof.Contained(l, proof.Match(test.beyond)); ok {
				t.Errorf("%s is claimed to be within %s", test.src, test.beyond)
			}
		}
		for i, v := range []*Values{match(), {}, {Captures: map[string][]byte{"epoch": []byte("4"), "msg": []byte("\u212a")}}} {
			if b, err := Holes(v, tmpl)(tmpl.Shell()[0].Hole); err == nil && tmpl.Parts[0].raw == nil && !l.Contains(b) {
				t.Errorf("%s, %d: %q is not in the language", test.src, i, b)
			}
		}
	}
}

func TestTemplateParts(t *testing.T) {
	s, expr := train(t, `"x ${var.out}-${loss} ${upper(msg)} ${unsafe(msg)} ${JOB_ID}"`)
	tmpl, diags := s.Template(expr)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	shell := tmpl.Shell()
	if len(shell) != len(tmpl.Parts) {
		t.Fatalf("%d shell parts of %d", len(shell), len(tmpl.Parts))
	}
	var got []string
	for i, p := range shell {
		if p.Hole == nil {
			got = append(got, p.Text)
			continue
		}
		if tmpl.Parts[i].Expr == nil {
			t.Errorf("part %d is no interpolation", i)
		}
		got = append(got, "<"+p.Hole.Name+" "+p.Hole.Env+map[bool]string{true: "!"}[p.Hole.Unsafe]+">")
	}
	want := `x |results|-|<loss JW_LOSS>| |<upper(msg) >| |<unsafe(msg) JW_MSG!>| |<JOB_ID !>`
	if strings.Join(got, "|") != want {
		t.Errorf("parts %s\nwant  %s", strings.Join(got, "|"), want)
	}
	if _, ok := tmpl.Constant(); ok {
		t.Error("constant")
	}
}

func TestHolesRefuse(t *testing.T) {
	for _, src := range []string{`"${metric.fresh.min * 2}"`, `"${metric.bad.max * 2}"`, `"${metric.bad.last + 1}"`} {
		s, expr := train(t, src)
		tmpl, diags := s.Template(expr)
		if diags.HasErrors() {
			t.Fatal(diags)
		}
		_, err := Holes(match(), tmpl)(tmpl.Shell()[0].Hole)
		var refusal *shellsafe.Refusal
		if !errors.As(err, &refusal) {
			t.Errorf("%s: %v", src, err)
		}
	}
	if _, err := Holes(match())(&shellsafe.Hole{Name: "x"}); err == nil {
		t.Error("a hole of no template was answered")
	}
}

func TestTemplateRefused(t *testing.T) {
	for src, code := range map[string]Code{
		`"${HOME}"`:              CodeShellVariable,
		`"${0}"`:                 CodeGroupNumber,
		`"a ${1}"`:               CodeGroupNumber,
		`["a"]`:                  CodeType,
		`{ a = "b" }`:            CodeType,
		`"${upper(unsafe(c1))}"`: CodeUnsafeNotHere,
		`"${msg + 1}"`:           CodeTextAsNumber,
		`"${nosuch}"`:            CodeUnknownName,
	} {
		s, expr := train(t, src)
		_, diags := s.Template(expr)
		if !diags.HasErrors() || CodeOf(diags[0]) != code {
			t.Errorf("%s: %v, want %s", src, diags, code)
		}
	}
	s, expr := train(t, `"x ${msg}"`)
	s.Fixed = "url is fixed before the job starts"
	if _, diags := s.Template(expr); !diags.HasErrors() || CodeOf(diags[0]) != CodeCaptureInConstant {
		t.Errorf("a capture in a constant: %v", diags)
	}
	s, expr = train(t, `secret("X")`)
	s.Secrets = false
	if _, diags := s.Template(expr); !diags.HasErrors() || CodeOf(diags[0]) != CodeSecretNotHere {
		t.Errorf("a secret: %v", diags)
	}
}

// Each byte of a literal's text is found where it stands in the source.
func TestSpan(t *testing.T) {
	for _, src := range []string{
		`"a\\d \"b\" $${x} %%{y} \u00e9 \U0001F600 z"`,
		"<<EOT\na \\d\n  b $${x} é\nc\nEOT\n",
		"<<-EOT\n      a \\d\n        b $${x} é\n\n      c ${epoch} d\n        e\n    EOT\n",
	} {
		s, expr := train(t, src)
		tmpl, diags := s.Template(expr)
		if diags.HasErrors() {
			t.Fatal(diags)
		}
		for i := range tmpl.Parts {
			p := &tmpl.Parts[i]
			for at, r := range p.Text {
				span := p.Span([]byte(src), at, at+len(string(r)))
				written := string(span.SliceBytes([]byte(src)))
				if want := map[rune]string{'\\': `\`, '"': `\"`, '$': "$$", '%': "%%", '😀': `\U0001F600`}[r]; written != string(r) && written != want &&
					written != `\\` && written != `\u00e9` && !(r == '\n' && strings.TrimSpace(written) == "") {
					t.Errorf("%q: byte %d, %q, is found at %q", src, at, r, written)
				}
				before := src[:span.Start.Byte]
				if span.Start.Line != strings.Count(before, "\n")+1 {
					t.Errorf("%q: byte %d: line %d", src, at, span.Start.Line)
				}
			}
		}
	}
}

func FuzzTemplate(f *testing.F) {
	for _, seed := range []string{
		`"x ${loss} ${upper(msg)}"`, `"%{ if loss > 1 }a%{ endif }"`, "<<-EOT\n  a ${c1}\n  EOT\n", `try(loss, null)`,
		`[for x in var.list : x]`, `"${secret("X")}"`, `unsafe(unsafe(msg))`, `isnan(metric.bad.last) ? 1 : "x"`, `-(-loss)`, `jsondecode(msg)["a"]`,
		`var.list[*]`, `"${~ loss ~}"`, `format("%s", loss)`, `coalesce(null, null)`, `null`, `{ (msg) = 1 }`, `var.list[loss]`, `setproduct(var.list, var.list)[0][0]`,
	} {
		f.Add(seed, "0.5")
	}
	f.Fuzz(func(t *testing.T, src, capture string) {
		expr, diags := hclsyntax.ParseExpression([]byte(src), "f", hcl.InitialPos)
		if diags.HasErrors() {
			return
		}
		s, _ := train(t, `"x"`)
		s.Sources["f"] = &hcl.File{Bytes: []byte(src)}
		v := match()
		for name := range v.Captures {
			v.Captures[name] = []byte(capture)
		}
		if c, diags := s.Condition(expr); !diags.HasErrors() {
			if ok, null, err := c.Eval(v); ok && (null || err != nil) {
				t.Errorf("%q is true although it failed: %v %v", src, null, err)
			}
		}
		if n, diags := s.Number(expr); !diags.HasErrors() {
			n.Eval(v)
		}
		tmpl, diags := s.Template(expr)
		if diags.HasErrors() {
			return
		}
		if _, err := tmpl.Bytes(v); err != nil && err.Error() == "" {
			t.Error("an error without words")
		}
		holes := Holes(v, tmpl)
		for i, p := range tmpl.Shell() {
			if p.Hole == nil {
				continue
			}
			b, err := holes(p.Hole)
			if err == nil && tmpl.Parts[i].raw == nil && !p.Hole.Unsafe && !p.Hole.Language.Contains(b) {
				t.Errorf("%q gives %q, which it was proved not to be", src, b)
			}
		}
	})
}
