"""The desk's FAQ: a folder of Markdown files, kept ready to be searched."""
