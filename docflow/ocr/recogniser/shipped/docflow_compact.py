"""The compact recogniser's network: CNN, BiLSTM, CTC (Shi, Bai, Yao: arXiv 1507.05717), made small for one core.

EasyOCR imports this very file as its custom network `docflow_compact`, so it imports nothing but torch.
"""

from __future__ import annotations

import torch
from torch import nn

HEIGHT = 32


def _convolution(
    inputs: int, outputs: int, *, kernel: tuple[int, int] = (3, 3), stride: int = 1, padding: int = 1
) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, kernel, stride, padding, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(inplace=True),
    )


class Model(nn.Module):
    """Class scores (N x W/4 x classes) for lines (N x 1 x 32 x W, black -1 to white 1); class 0 is CTC's blank.

    Lines twice as high, as EasyOCR gives them to all of its networks, are halved first.
    """

    def __init__(
        self,
        num_class: int,
        input_channel: int = 1,
        output_channel: int = 128,
        hidden_size: int = 128,
    ) -> None:
        super().__init__()
        self.features = nn.Sequential(
            _convolution(input_channel, 32, kernel=(5, 5), stride=2, padding=2),
            _convolution(32, 48, stride=2),
            _convolution(48, 64),
            _convolution(64, 64),
            nn.MaxPool2d((2, 1)),
            _convolution(64, 96),
            _convolution(96, 96),
            nn.MaxPool2d((2, 1)),
            _convolution(96, output_channel),
            _convolution(output_channel, output_channel, kernel=(2, 1), padding=0),
        )
        self.sequence = nn.LSTM(output_channel, hidden_size, bidirectional=True, batch_first=True)
        self.scores = nn.Linear(2 * hidden_size, num_class)

    def forward(self, lines: torch.Tensor, text: torch.Tensor | None = None) -> torch.Tensor:
        """The scores; `text` is there because EasyOCR passes one, and is not looked at."""
        if lines.shape[2] == 2 * HEIGHT:
            lines = nn.functional.avg_pool2d(lines, 2)
        steps = self.features(lines).squeeze(2).transpose(1, 2)
        read, _ = self.sequence(steps)
        scores: torch.Tensor = self.scores(read)
        return scores
