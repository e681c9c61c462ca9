package scope

import (
	"slices"

	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/jwhost/jwhost/hcl/proof"
)

// language returns every text that an interpolation can hold whose value comes
// from cty: exact for literals, numbers and truth values, the union of the
// arms of a conditional, and any text for everything else. A number whose
// computing meets a null has no text at all: [Holes] refuses it.
func (s *Scope) language(e hclsyntax.Expression, typ cty.Type) *proof.Language {
	switch x := e.(type) {
	case *hclsyntax.ParenthesesExpr:
		return s.language(x.Expression, typ)
	case *hclsyntax.TemplateWrapExpr:
		return normal(s.piece(x.Wrapped))
	case *hclsyntax.ConditionalExpr:
		return proof.Union(s.languageOf(x.TrueResult), s.languageOf(x.FalseResult))
	case *hclsyntax.TemplateExpr:
		parts := make([]*proof.Language, len(x.Parts))
		for i, p := range x.Parts {
			parts[i] = s.piece(p)
		}
		return normal(proof.Concat(parts...))
	case *hclsyntax.ScopeTraversalExpr:
		n, diag := s.resolve(x.Traversal)
		switch {
		case diag != nil || n.constant:
		case n.typ == cty.Number && n.capture != "", n.typ == cty.Number && n.raw != nil:
			return optionalText // computed with, a capture is printed as a number
		default:
			return normal(n.language)
		}
	case *hclsyntax.BinaryOpExpr, *hclsyntax.UnaryOpExpr:
		if typ == cty.Number {
			return numberText
		}
	case *hclsyntax.FunctionCallExpr:
		if typ == cty.Number && slices.Contains(numeric, x.Name) {
			return numberText
		}
	}
	switch typ {
	case cty.Number:
		return optionalText
	case cty.Bool:
		return proof.Union(boolText, emptyText)
	}
	return anyText
}

// piece is the language of a piece of a text in quotes.
func (s *Scope) piece(e hclsyntax.Expression) *proof.Language {
	if t, ok := e.(*hclsyntax.ScopeTraversalExpr); ok {
		if n, diag := s.resolve(t.Traversal); diag == nil && n.raw != nil {
			return n.language // of its original text
		}
	}
	return s.languageOf(e)
}

// languageOf is language for a part of an expression.
func (s *Scope) languageOf(e hclsyntax.Expression) *proof.Language {
	p, diags := s.compile(e)
	if diags.HasErrors() { // a name of a surrounding "for"
		return anyText
	}
	if p.constant() {
		v, err := p.eval(&Values{})
		if err != nil {
			return anyText
		}
		text, err := printed(v)
		if err != nil {
			return anyText
		}
		return proof.Literal(text)
	}
	return s.language(e, p.typ)
}

// normal widens a language to what is left of it after cty has normalised the
// text: ASCII stays as it is.
func normal(l *proof.Language) *proof.Language {
	if _, ok := proof.Contained(l, ascii); ok {
		return l
	}
	return anyText
}
