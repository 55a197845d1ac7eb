"""RapidOCR: a picture in, the words written in it out. Its weights lie in the installed package."""

from functools import cache
from pathlib import Path

import cv2
import numpy as np
from rapidocr import RapidOCR

from summarizer.errors import PresetError
from summarizer.models.packages import folder_of
from summarizer.models.writing import Box

NAME = "RapidOCR"
PACKAGE = "rapidocr"
FINDS, READS = "PP-OCRv6_det_small.onnx", "PP-OCRv6_rec_small.onnx"
SIDE = 640  # pixels of the longer side in which words are looked for; they are read in full size
TALLEST = 1.5  # times as high as wide: written from top to bottom, or lying on its side


@cache
def load_reader() -> "PageReader":
    """The models, loaded once a process; nothing is ever downloaded for them."""
    folder = _folder()
    for name in (FINDS, READS):
        if not (folder / name).is_file():
            raise PresetError(
                f"the weights {name} of {NAME} are missing from the installed package {PACKAGE}; "
                "install it again: pip install --force-reinstall --no-deps rapidocr==3.10.0"
            )
    settings = {
        "Global.log_level": "critical",
        "Global.use_cls": False,
        "Global.text_score": 0.0,  # whoever asks decides what is good enough
        # the other core decodes or listens, and a second thread saves little
        "EngineConfig.onnxruntime.intra_op_num_threads": 1,
        "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        "Det.model_path": str(folder / FINDS),
        "Det.limit_type": "max",
        "Det.limit_side_len": SIDE,
        "Rec.model_path": str(folder / READS),
    }
    return PageReader(RapidOCR(params=settings))


class PageReader:
    """Finds words in a picture, and reads those it is asked to."""

    def __init__(self, engine: RapidOCR):
        self.engine = engine

    def find(self, picture: np.ndarray) -> list[Box]:
        """Where the picture (RGB) has words, from the top down."""
        if min(picture.shape[:2]) < 16:
            return []
        found = self.engine(np.ascontiguousarray(picture[..., ::-1]), use_det=True, use_rec=False)
        if found.boxes is None:
            return []
        size = np.array(picture.shape[1::-1], np.float64)
        return [_box(np.asarray(corners) / size) for corners in found.boxes]

    def read(self, picture: np.ndarray, box: Box) -> tuple[str, float]:
        """What is written in a box of the picture (RGB), and how sure that is, 0 to 1."""
        crop = _cropped(picture, box)
        if min(crop.shape[:2]) < 4:
            return "", 0.0
        found = self.engine(np.ascontiguousarray(crop[..., ::-1]), use_det=False, use_rec=True)
        if not found.txts:
            return "", 0.0
        return " ".join(found.txts[0].split()), float(found.scores[0])


def _box(corners: np.ndarray) -> Box:
    left, top = corners.min(axis=0).clip(0, 1).tolist()
    right, bottom = corners.max(axis=0).clip(0, 1).tolist()
    return Box(left, top, right, bottom, tuple(map(tuple, corners.clip(0, 1).tolist())))


def _cropped(picture: np.ndarray, box: Box) -> np.ndarray:
    """The part of the picture in a box, straightened where it is askew."""
    size = np.array(picture.shape[1::-1])
    corners = np.array(box.corners, np.float32).reshape(-1, 2) * size
    if len(corners) != 4:
        left, top = (np.array([box.left, box.top]) * size).astype(int)
        right, bottom = np.ceil(np.array([box.right, box.bottom]) * size).astype(int)
        return picture[top:bottom, left:right]
    width = round(max(np.linalg.norm(corners[1] - corners[0]), 1))
    height = round(max(np.linalg.norm(corners[3] - corners[0]), 1))
    flat = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    turn = cv2.getPerspectiveTransform(corners.astype(np.float32), flat)
    crop = cv2.warpPerspective(
        picture, turn, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    return np.rot90(crop) if height >= TALLEST * width else crop


def _folder() -> Path:
    """Where the package keeps its models."""
    return folder_of(PACKAGE, NAME) / "models"
