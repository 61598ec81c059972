"""The scripted agent: a runtime like any other, but without a model, so it is deterministic.

Tests, demos and simulations run on it, and it shows what a runtime has to do: it is started
with the words of Claude's command line, calls taps in Claude's form, writes a transcript in
Claude's form. It is a program of its own: of ours it uses ``git-gt``, as any agent does.
"""
