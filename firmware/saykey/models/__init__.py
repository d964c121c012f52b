"""The models room: model files found, checked and opened."""
