"""What a mail brings beside its words: files, links, another mail, and the digest of it all."""
