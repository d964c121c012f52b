"""What is in a model file: ggml, GGUF and Hugging Face read, checked, converted and written."""
