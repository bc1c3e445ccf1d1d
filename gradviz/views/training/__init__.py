"""The training panel and its parts: each shows and edits one idea of the experiment."""
