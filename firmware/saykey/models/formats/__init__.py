"""Reads, checks, converts and writes model files: ggml, GGUF and Hugging Face."""
