"""How dates are written where a template says nothing else. Django finds the module of a language in the package of its code."""
