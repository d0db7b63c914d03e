"""The rooms of companies in the directory: what is known of them, changes, whole files of them."""
