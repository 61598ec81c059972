"""Ask those who sat there before: who they were, and what they knew.

Nobody's session is changed by it: a program is asked in a copy of the conversation, or, where
it can make none, what was said is read instead.
"""
