"""Worker processes that look at hostile mail: their pool, one as the service sees it, and its inside."""
