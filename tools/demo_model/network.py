"""Whisper's network in PyTorch, with OpenAI's names, and three changes that make it cheap to train.

- Only the token rows in use exist; one more row stands for all others, its logit raised by the
  logarithm of their number, so that the full softmax after export equals the trained one.
- Far, silent audio positions can be represented by a few, each weighted by how many it stands for
  (``key_bias``), so the full context of 30 s costs little more than the speech in it.
- A second head spells phonemes (CTC). It converges first and guides the decoder.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from demo_model.weights import Shape, Weights

BANDS = 80


def _sinusoids(length: int, width: int) -> Tensor:
    """Whisper's fixed positions (openai/whisper model.py, sinusoids)."""
    step = math.log(10_000) / (width // 2 - 1)
    angles = torch.arange(length)[:, None] * torch.exp(-step * torch.arange(width // 2))[None]
    return torch.cat([torch.sin(angles), torch.cos(angles)], dim=1)


class Attention(nn.Module):
    """Multi-head attention; keys have no bias."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.query = nn.Linear(width, width)
        self.key = nn.Linear(width, width, bias=False)
        self.value = nn.Linear(width, width)
        self.out = nn.Linear(width, width)

    def forward(
        self, x: Tensor, source: Tensor, key_bias: Tensor | None, *, causal: bool = False
    ) -> Tensor:
        """[batch, n, width] looks at source [batch, m, width]; key_bias [m + 1] as in Encoder."""
        query, key, value = (
            part.unflatten(-1, (self.heads, -1)).transpose(1, 2)
            for part in (self.query(x), self.key(source), self.value(source))
        )
        mask = None
        if key_bias is not None:
            mask = key_bias.view(1, 1, 1, -1)
            empty = torch.zeros_like(key[:, :, :1])
            key, value = torch.cat([key, empty], 2), torch.cat([value, empty], 2)
        seen = functional.scaled_dot_product_attention(
            query, key, value, attn_mask=mask, is_causal=causal
        )
        return self.out(seen.transpose(1, 2).flatten(2))


class Block(nn.Module):
    """One transformer layer; GELU in the tanh form, as ggml computes it."""

    def __init__(self, width: int, heads: int, *, cross: bool) -> None:
        super().__init__()
        self.attn = Attention(width, heads)
        self.attn_ln = nn.LayerNorm(width)
        self.cross_attn = Attention(width, heads) if cross else None
        self.cross_attn_ln = nn.LayerNorm(width) if cross else None
        self.mlp = nn.Sequential(
            nn.Linear(width, 4 * width), nn.GELU(approximate="tanh"), nn.Linear(4 * width, width)
        )
        self.mlp_ln = nn.LayerNorm(width)

    def forward(self, x: Tensor, audio: Tensor | None, key_bias: Tensor | None) -> Tensor:
        """With audio: a decoder layer, causal in x. Without: an encoder layer."""
        normed = self.attn_ln(x)
        if self.cross_attn is None or self.cross_attn_ln is None or audio is None:
            x = x + self.attn(normed, normed, key_bias)
        else:
            x = x + self.attn(normed, normed, None, causal=True)
            x = x + self.cross_attn(self.cross_attn_ln(x), audio, key_bias)
        return x + self.mlp(self.mlp_ln(x))


class Encoder(nn.Module):
    """Spectra to audio states at 50 a second."""

    positional_embedding: Tensor

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        width = shape.width
        self.conv1 = nn.Conv1d(BANDS, width, 3, padding=1)
        self.conv2 = nn.Conv1d(width, width, 3, stride=2, padding=1)
        self.register_buffer("positional_embedding", _sinusoids(shape.audio_context, width))
        self.blocks = nn.ModuleList(
            Block(width, shape.heads, cross=False) for _ in range(shape.encoder_layers)
        )
        self.ln_post = nn.LayerNorm(width)

    def forward(self, mel: Tensor, positions: Tensor, key_bias: Tensor | None) -> Tensor:
        """Mel [batch, 80, >= 2 n] at n positions.

        key_bias [n + 1]: the logarithm of how many frames each position stands for; the last entry
        is that of the all-zero cells with which whisper.cpp's flash attention fills up to 256.
        """
        x = functional.gelu(self.conv1(mel), approximate="tanh")
        x = functional.gelu(self.conv2(x), approximate="tanh").transpose(1, 2)
        x = x[:, : len(positions)] + self.positional_embedding[positions]
        for block in self.blocks:
            x = block(x, None, key_bias)
        return self.ln_post(x)


class Decoder(nn.Module):
    """Tokens so far and audio states to scores of the next token."""

    def __init__(self, shape: Shape, rows: int) -> None:
        super().__init__()
        self.token_embedding = nn.Embedding(rows, shape.width)
        positions = _sinusoids(shape.text_context, shape.width) * 0.05
        self.positional_embedding = nn.Parameter(positions)
        self.blocks = nn.ModuleList(
            Block(shape.width, shape.heads, cross=True) for _ in range(shape.decoder_layers)
        )
        self.ln = nn.LayerNorm(shape.width)
        nn.init.normal_(self.token_embedding.weight, std=shape.width**-0.5)

    def forward(self, tokens: Tensor, audio: Tensor, key_bias: Tensor | None) -> Tensor:
        """Scores [batch, n, rows]."""
        x = self.token_embedding(tokens) + self.positional_embedding[: tokens.shape[1]]
        for block in self.blocks:
            x = block(x, audio, key_bias)
        return self.ln(x) @ self.token_embedding.weight.T


class Whisper(nn.Module):
    """The whole network; ``tokens`` are the ids its rows stand for."""

    def __init__(self, shape: Shape, tokens: tuple[int, ...], phonemes: str) -> None:
        super().__init__()
        self.shape, self.tokens, self.phonemes = shape, tokens, phonemes
        self.encoder = Encoder(shape)
        self.decoder = Decoder(shape, len(tokens) + 1)
        self.ctc = nn.Linear(shape.width, len(phonemes) + 1)
        self._others = math.log(shape.vocabulary - len(tokens))
        self._initialise()

    def _initialise(self) -> None:
        with torch.no_grad():  # the row of all other tokens begins far below the rest
            self.decoder.token_embedding.weight[-1].zero_()
            self.decoder.token_embedding.weight[-1, 0] = -4.0
            self.decoder.ln.bias[0] = 1.0
        for name, module in self.named_modules():
            if isinstance(module, nn.Linear):
                gain = 0.5 if name.endswith(("out", "mlp.2")) else 1.0
                nn.init.normal_(module.weight, std=gain * module.in_features**-0.5)
                if module.bias is not None:
                    nn.init.zeros_(module.bias)

    def forward(
        self, mel: Tensor, positions: Tensor, key_bias: Tensor | None, tokens: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Scores of next tokens [batch, n, rows] and of phonemes [batch, m, phonemes + 1]."""
        audio = self.encoder(mel, positions, key_bias)
        scores = self.decoder(tokens, audio, key_bias)
        others = scores[..., -1:] + self._others
        return torch.cat([scores[..., :-1], others], -1), self.ctc(audio)

    @classmethod
    def from_weights(cls, weights: Weights) -> Whisper:
        """The network with these weights."""
        network = cls(weights.shape, weights.tokens, weights.phonemes)
        tensors = {name: torch.from_numpy(data.copy()) for name, data in weights.tensors.items()}
        network.load_state_dict(tensors)
        return network

    def weights(self) -> Weights:
        """What to save."""
        state = {name: data.detach().cpu().numpy() for name, data in self.state_dict().items()}
        return Weights(self.shape, self.tokens, self.phonemes, state)
