package scope

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/jwhost/jwhost/hcl/pattern"
)

// train is a scope and the values of one match of it: loss and epoch are
// numbers, msg is text.
func train(t testing.TB, src string) (*Scope, hcl.Expression) {
	t.Helper()
	p, errs := pattern.Compile(`epoch (?P<epoch>\d+) loss (?P<loss>[\d.]+|nan|-?inf) (?P<msg>.*?)( (?P<opt>[a-z]+))?$`, nil)
	if len(errs) > 0 {
		t.Fatal(errs[0])
	}
	s := &Scope{
		Pattern: p, Runtime: true, Secrets: true,
		Metrics: map[string]bool{"loss": true, "fresh": true, "bad": true},
		Vars:    map[string]cty.Value{"out": cty.StringVal("results"), "limit": cty.NumberIntVal(3), "list": cty.TupleVal([]cty.Value{cty.StringVal("a"), cty.StringVal("b")})},
		Locals:  map[string]cty.Value{"where": cty.StringVal("a/b")},
		Sources: map[string]*hcl.File{"f": {Bytes: []byte(src)}},
	}
	expr, diags := hclsyntax.ParseExpression([]byte(src), "f", hcl.InitialPos)
	if diags.HasErrors() {
		t.Fatalf("%s: %s", src, diags)
	}
	return s, expr
}

func match() *Values {
	code := 7
	return &Values{
		Captures: map[string][]byte{
			"epoch": []byte("12"), "loss": []byte("0.50"), "msg": []byte("a \xff b\xff\xffe\u0301"), "opt": nil,
			"c1": []byte("12"), "c2": []byte("0.50"), "c3": []byte("a \xff b\xff\xffe\u0301"), "c4": nil,
		},
		Prev:    map[string][]byte{"loss": []byte("0.70")},
		Job:     Job{ID: "run1.train", Name: "train", Dir: "/x\xff", Source: "local", State: "running", ExitCode: &code, Attempt: 1},
		Match:   Match{Line: []byte("the \xff line"), Text: []byte("the"), Number: 41, Stream: "stdout", Time: time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC)},
		Watcher: Watcher{Name: "w", Triggers: 2},
		Metrics: map[string]Metric{
			"loss": {Last: 0.1, Min: 0.1, Max: 3, Mean: 1, Count: 5},
			"bad":  {Last: math.NaN(), Min: math.NaN(), Max: math.Inf(1), Mean: math.NaN(), Count: 2},
		},
		Secret: func(name string) (string, error) { return "s3cret-" + name + "\xff", nil },
	}
}

func TestCondition(t *testing.T) {
	for _, test := range []struct {
		expr string
		want string // true, false, null, error
	}{
		{`loss > 0.4`, "true"},
		{`loss == 0.5`, "true"},
		{`epoch > 3 && loss < 1`, "true"},
		{`"${loss}" == "0.50"`, "true"},
		{`loss > 2 * metric.loss.min && epoch > 3`, "true"},
		{`metric.loss.last == 0.1`, "true"},
		{`metric.loss.last + 0.2 == 0.3`, "true"},
		{`opt == ""`, "true"},
		{`job.exit_code == 7`, "true"},
		{`job.time_left > 5`, "null"},
		{`job.time_left == null`, "true"},
		{`job.time_left != null`, "false"},
		{`(null) == job.time_left`, "true"},
		{`prev.loss > loss`, "true"},
		{`prev.epoch > 1`, "null"},
		{`prev.msg == "x"`, "null"},

		// Before the first value count is 0 and the rest null.
		{`metric.fresh.count == 0`, "true"},
		{`metric.fresh.min > 1`, "null"},
		{`!(metric.fresh.min > 1)`, "null"},
		{`metric.fresh.min + 1 == 2`, "null"},
		{`metric.fresh.min == metric.fresh.max`, "null"},
		{`-metric.fresh.min < 0`, "null"},
		{`abs(metric.fresh.min) > 0`, "null"},
		{`max(1, metric.fresh.min) > 0`, "null"},
		{`"${metric.fresh.min}" == ""`, "true"},

		// ||, &&, ?: and try stop where the result is known.
		{`true || metric.fresh.min > 1`, "true"},
		{`metric.fresh.min > 1 || true`, "null"},
		{`false && metric.fresh.min > 1`, "false"},
		{`metric.fresh.min > 1 && false`, "null"},
		{`metric.fresh.count == 0 || loss > metric.fresh.min`, "true"},
		{`metric.fresh.count > 0 && loss > metric.fresh.min`, "false"},
		{`metric.fresh.count > 0 ? loss > metric.fresh.min : true`, "true"},
		{`metric.fresh.count == 0 ? loss > metric.fresh.min : true`, "null"},
		{`metric.fresh.min > 1 ? true : false`, "null"},
		{`(metric.fresh.min > 1 ? null : true) == null`, "null"},
		{`try(metric.fresh.min, 0) < loss`, "true"},
		{`try(loss > metric.fresh.min, true)`, "true"},
		{`try(metric.fresh.min > 1)`, "null"},
		{`try(metric.fresh.min) > 1`, "null"},
		{`can(loss > metric.fresh.min)`, "false"},
		{`can(tonumber(msg))`, "false"},
		{`coalesce(metric.fresh.min, 4) == 4`, "true"},

		// NaN is null but for isnan.
		{`isnan(metric.bad.last)`, "true"},
		{`isnan(metric.loss.last)`, "false"},
		{`isnan(metric.fresh.last)`, "null"},
		{`isnan(metric.bad.last * 2)`, "true"},
		{`isinf(metric.bad.max)`, "true"},
		{`isinf(metric.bad.last)`, "false"},
		{`isinf(loss) || isnan(loss)`, "false"},
		{`metric.bad.last > 1`, "null"},
		{`metric.bad.max > 1000`, "true"},
		{`isnan(tonumber("nan"))`, "true"},
		{`tonumber("0.5") == loss`, "true"},
		{`tonumber("inf") > 1`, "true"},
		{`tonumber(msg) > 1`, "error"},
		{`isnan(msg)`, "false"},
		{`metric.bad.max - metric.bad.max > 0`, "error"},

		{`msg == "x"`, "false"},
		{`match.number == 41 && watcher.triggers == 2 && watcher.name == "w"`, "true"},
		{`match.stream == "stdout" && job.source == "local" && JOB_ID == job.id`, "true"},
		{`match.time == "2026-01-02T03:04:05.000000006Z"`, "true"},
		{`c1 == epoch && c2 == 0.5`, "true"},
		{`var.limit > 2 && local.where == "a/b"`, "true"},
		{`contains(["12", "13"], "${epoch}")`, "true"},
		{`length([for x in var.list : x if x != "a"]) == 1`, "true"},
		{`jsondecode("{\"x\": 1e999}").x == null`, "true"},
		{`jsondecode("{\"x\": 5}").x == 5`, "true"},
		{`jsondecode(msg).x == 5`, "error"},
		{`loss / 0 > 1`, "true"}, // infinity
		{`(loss - loss) / (epoch - epoch) > 1`, "error"},
		{`element(var.list, 5) == "b"`, "true"},
		{`strlen(upper(match.line)) > 2`, "true"},
	} {
		s, expr := train(t, test.expr)
		c, diags := s.Condition(expr)
		if diags.HasErrors() {
			t.Errorf("%s: %s", test.expr, diags)
			continue
		}
		ok, null, err := c.Eval(match())
		got := map[bool]string{true: "true", false: "false"}[ok]
		if null {
			got = "null"
		}
		if err != nil {
			got = "error"
		}
		if got != test.want {
			t.Errorf("%s is %s (%v), want %s", test.expr, got, err, test.want)
		}
		if (null || err != nil) && ok {
			t.Errorf("%s: true although it failed", test.expr)
		}
	}
}

func TestConditionOfBadCapture(t *testing.T) {
	for text, want := range map[string]string{"1.2.3": "null", "nan": "null", "-inf": "false", "inf": "true", "": "null", "1e999": "null"} {
		s, expr := train(t, `loss > 1`)
		c, diags := s.Condition(expr)
		if diags.HasErrors() {
			t.Fatal(diags)
		}
		v := match()
		v.Captures["loss"] = []byte(text)
		ok, null, err := c.Eval(v)
		if err != nil || null != (want == "null") || ok != (want == "true") {
			t.Errorf("loss = %q: %v %v %v, want %s", text, ok, null, err, want)
		}
	}
}

func TestRefused(t *testing.T) {
	for _, test := range []struct {
		expr string
		code Code
		in   string // part of the detail
	}{
		{`lss > 1`, CodeUnknownName, "Did you mean loss?"},
		{`metric.los.min > 1`, CodeUnknownMetric, "Did you mean loss?"},
		{`metric.loss.median > 1`, CodeUnknownName, "count, last, max, mean, min"},
		{`metric.loss > 1`, CodeUnknownName, "metric.loss.last"},
		{`metric == null`, CodeUnknownName, "metric.NAME"},
		{`job.nam == "x"`, CodeUnknownName, "Did you mean name?"},
		{`var.limt > 2`, CodeUnknownName, "Did you mean limit?"},
		{`loss.x > 2`, CodeUnknownName, "without fields"},
		{`msg > 3`, CodeTextAsNumber, "tonumber(msg) > 3"},
		{`msg == 3`, CodeTextAsNumber, "tonumber(msg) == 3"},
		{`3 != msg`, CodeTextAsNumber, "3 != tonumber(msg)"},
		{`try(msg > 3, true)`, CodeTextAsNumber, "tonumber(msg) > 3"},
		{`true || msg > 3`, CodeTextAsNumber, "tonumber(msg) > 3"},
		{`true ? true : msg > 3`, CodeTextAsNumber, "tonumber(msg) > 3"},
		{`abs(msg) > 3`, CodeTextAsNumber, "abs(tonumber(msg))"},
		{`loss == "0.5"`, CodeTextAsNumber, "loss == 0.5"},
		{`job.state == 5`, CodeTextAsNumber, "tonumber(job.state)"},
		{`loss`, CodeType, "Compare it"},
		{`loss && true`, CodeType, "true or false is wanted"},
		{`!loss`, CodeType, "true or false is wanted"},
		{`true == loss`, CodeType, "never equal"},
		{`uper(msg) == "X"`, CodeUnknownFunction, "Did you mean upper?"},
		{`unsafe(msg) == "X"`, CodeUnsafeNotHere, "one interpolation"},
		{`secret(var.out) == "X"`, CodeSecretName, "in quotes"},
		{`tonumber("1e999") > 1`, CodeExpression, "no number"},
		{`tonumber("0x10") > 1`, CodeExpression, "no number"},
		{`substr(msg) == "X"`, CodeExpression, "3 argument"},
	} {
		s, expr := train(t, test.expr)
		_, diags := s.Condition(expr)
		if !diags.HasErrors() {
			t.Errorf("%s: no complaint", test.expr)
			continue
		}
		if CodeOf(diags[0]) != test.code || !strings.Contains(diags[0].Detail, test.in) {
			t.Errorf("%s: [%s] %s: %s; want [%s] and %q", test.expr, CodeOf(diags[0]), diags[0].Summary, diags[0].Detail, test.code, test.in)
		}
		if len(diags) > 1 {
			t.Errorf("%s: %d complaints: %s", test.expr, len(diags), diags)
		}
	}
}

func TestNumber(t *testing.T) {
	for _, test := range []struct {
		expr, capture string
		want          string // the number, null or error
	}{
		{`loss`, "0.50", "0.5"},
		{`loss`, "nan", "NaN"},
		{`loss`, "-inf", "-Inf"},
		{`"${loss}"`, "nan", "NaN"},
		{`(loss)`, "2", "2"},
		{`loss`, "1.2.3", "null"},
		{`loss * 2`, "0.1", "0.2"},
		{`loss * 2`, "nan", "null"},
		{`msg`, "", "null"},
		{`metric.fresh.min`, "", "null"},
		{`metric.bad.last`, "", "NaN"},
		{`metric.bad.max`, "", "+Inf"},
		{`5`, "", "5"},
		{`tonumber(msg)`, "", "error"},
		{`var.limit + epoch`, "", "15"},
	} {
		s, expr := train(t, test.expr)
		n, diags := s.Number(expr)
		if diags.HasErrors() {
			t.Errorf("%s: %s", test.expr, diags)
			continue
		}
		v := match()
		v.Captures["loss"] = []byte(test.capture)
		x, null, err := n.Eval(v)
		got := strings.TrimSuffix(strings.TrimSuffix(float64Text(x), ".0"), "")
		if null {
			got = "null"
		}
		if err != nil {
			got = "error"
		}
		if got != test.want {
			t.Errorf("%s with %q is %s (%v), want %s", test.expr, test.capture, got, err, test.want)
		}
	}
	for _, src := range []string{`upper(msg)`, `[1]`, `true`, `"5"`} {
		s, expr := train(t, src)
		if _, diags := s.Number(expr); !diags.HasErrors() {
			t.Errorf("%s counts as a number", src)
		}
	}
	s, expr := train(t, `var.limit * 2`)
	n, _ := s.Number(expr)
	if x, ok := n.Constant(); !ok || x != 6 {
		t.Errorf("Constant() = %v, %v", x, ok)
	}
}

func float64Text(x float64) string {
	b, _ := float(x).MarshalJSON()
	return strings.Trim(string(b), `"`)
}

func TestNearest(t *testing.T) {
	words := []string{"loss", "accuracy", "output_type", "n", "command", "job", "match"}
	for name, want := range map[string]string{
		"los": "loss", "lsos": "loss", "LOSS": "loss", "acuracy": "accuracy", "output_typ": "output_type", "bb": "", "comand": "command",
		"xyz": "", "jop": "job", "ouput_tpye": "output_type", "acc": "accuracy", "loss": "",
	} {
		if got := Nearest(name, words); got != want {
			t.Errorf("Nearest(%q) = %q, want %q", name, got, want)
		}
	}
}
