"""The forms in which a flow comes in and goes out: our own JSON, Mermaid, DOT, Markdown, and yes/no flowcharts."""
