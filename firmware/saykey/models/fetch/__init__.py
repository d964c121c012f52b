"""Downloads models: resumes, checks, and puts them into the store."""
