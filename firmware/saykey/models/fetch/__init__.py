"""Models downloaded: resumed, checked, then put into the store."""
