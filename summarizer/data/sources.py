"""Where the published files of each data set are, and on what terms.

Every address stands in the data set's own pages or is the one its users download from; none was
tried from here. Where no address is certain, it says how a person gets the files.
"""

from dataclasses import dataclass

HUB = "https://huggingface.co"
CODE = "https://raw.githubusercontent.com"


@dataclass(frozen=True)
class File:
    """A file to be downloaded."""

    url: str
    name: str
    """what it is called here"""
    unpack: tuple[tuple[str, str], ...] = ()
    """of an archive: which of its members are wanted, and the folder each goes to"""
    megabytes: int = 1024
    """at most"""


@dataclass(frozen=True)
class Source:
    """The files of a data set, and what to know of it."""

    terms: str
    files: tuple[File, ...] = ()
    repository: str = ""
    """of the Hugging Face hub; its JSON files are wanted"""
    by_hand: str = ""
    """what a person has to do, where nothing can be downloaded from a known address"""
    besides: str = ""
    """what else there is, and is not downloaded"""


def _parts(base: str, names: str) -> tuple[File, ...]:
    return tuple(File(f"{base}/{name}", name) for name in names.split())


SOURCES = {
    "tvsum": Source(
        "annotations for research, videos CC BY 3.0",
        _parts(f"{CODE}/yalesong/tvsum/master/matlab", "ydata-tvsum50.mat"),
    ),
    "summe": Source(
        "for research; 2 GB with the videos",
        (
            File(
                "https://data.vision.ee.ethz.ch/cvl/SumMe/SumMe.zip",
                "SumMe.zip",
                (("*GT/*.mat", "GT"), ("*videos/*.mp4", "videos")),
                4096,
            ),
        ),
    ),
    "ovp": Source(
        "for research",
        by_hand="get eccv16_dataset_ovp_google_pool5.h5 from one of the links in the README of "
        "https://github.com/li-plus/DSNet",
    ),
    "youtube": Source(
        "for research",
        by_hand="get eccv16_dataset_youtube_google_pool5.h5 from one of the links in the README of "
        "https://github.com/li-plus/DSNet",
    ),
    "videoxum": Source(
        "Apache-2.0 (annotations)",
        _parts(
            f"{HUB}/datasets/jylins/videoxum/resolve/main",
            "train_videoxum.json val_videoxum.json test_videoxum.json",
        ),
        besides="frame features: blip_feat.zip (2.5 GB) and vt_clip_feat.zip (1.7 GB) of the same "
        "repository",
    ),
    "titles": Source(
        "of each video its owner's",
        by_hand="write a table train.csv with the column id, of videos at YouTube or of files "
        "beside it, and any of category, query, title, description",
    ),
    "activitynet": Source(
        "of each video its owner's",
        (
            File(
                "https://cs.stanford.edu/people/ranjaykrishna/densevid/captions.zip",
                "captions.zip",
                (("*train.json", ""), ("*val_1.json", ""), ("*val_2.json", "")),
            ),
        ),
    ),
    "instruct-v2xum": Source("see the data set's page", repository="hhua2/Instruct-V2Xum"),
    "qvhighlights": Source(
        "CC BY-NC-SA 4.0",
        _parts(
            f"{CODE}/jayleicn/moment_detr/main/data",
            "highlight_train_release.jsonl highlight_val_release.jsonl "
            "highlight_test_release.jsonl",
        ),
        besides="all clips in one archive: "
        "https://nlp.cs.unc.edu/data/jielei/qvh/qvhilights_videos.tar.gz; unpack it to 'videos'",
    ),
    "mmtrail": Source(
        "R-UDA 1.0: research only, not commercial",
        _parts(
            f"{CODE}/litwellchi/MMTrail/fd234bfdcd844b7639ce28f70d1817d0b5b5bc50",
            "MMTrail2M_sample1w.json",
        ),
        besides="all two million clips: https://huggingface.co/datasets/litwell/MMTrail-20M",
    ),
    "music-clips": Source(
        "Adobe Research License: research only, not commercial",
        by_hand="get train.csv and test.csv from https://zenodo.org/records/8040754",
    ),
    "cc3m": Source(
        "that of CC3M's captions; of each picture its owner's",
        _parts(f"{HUB}/datasets/liuhaotian/LLaVA-CC3M-Pretrain-595K/resolve/main", "chat.json"),
        besides="the pictures: images.zip of the same repository; unpack it to 'images'",
    ),
    "coco": Source(
        "captions CC BY 4.0; of each picture its owner's",
        by_hand="bring COCO's captions into LLaVA's form as coco_cap_chat.json, with the pictures "
        "of https://cocodataset.org beside it in 'images'",
    ),
}
