"""How the page looks: a theme in our colours, the style sheet and the small script beside this.

Ink on paper and one loud colour: the yellow of a highlighter. Blue stands for watching, orange for
listening. The fonts come with gradio, so the page asks no other host for anything; of their
weights only 400 and 700 are whole (the 600 ones lack most letters).
"""

from pathlib import Path

import gradio as gr
from gradio.themes.utils.fonts import LocalFont

HERE = Path(__file__).parent
ICON = HERE / "icon.svg"
STYLE = HERE / "look.css"
SCRIPT = (HERE / "look.js").read_text(encoding="utf-8")
# run by single events
IS_DARK = "() => document.body.classList.contains('dark')"
GO = "() => { if (!document.querySelector('#results')) document.querySelector('#go')?.click(); }"
AGAIN = "() => { if (document.querySelector('#results')) document.querySelector('#go')?.click(); }"
RESUME = f"() => setTimeout({AGAIN}, 100)"
FETCH = "() => setTimeout(() => document.querySelector('#parcel a')?.click(), 50)"


def _clicks(selector: str, event: str, data: str) -> str:
    """Clicks on these elements as an event for Python, with what their data attributes say."""
    return f"""element.addEventListener('click', (click) => {{
  const it = click.target.closest('{selector}');
  if (it) trigger('{event}', {data});
}});"""


PICK = _clicks("[data-example]", "pick", "{ number: Number(it.dataset.example) }")
CHIPS = _clicks(".wl-chip", "pick", "{ ...it.dataset }")
EXPORTS = _clicks("[data-export]", "fetch", "{ name: it.dataset.export }")
ORDERS = _clicks(
    "[data-do]",
    "edit",
    """{
    do: it.dataset.do, edge: it.dataset.edge, by: it.dataset.by, liked: it.dataset.liked,
    start: it.closest('[data-start]')?.dataset.start, end: it.closest('[data-start]')?.dataset.stop
  }""",
)

INK = gr.themes.Color(
    name="ink",
    c50="#F5F6F8",
    c100="#ECEEF2",
    c200="#DDE0E7",
    c300="#C3C8D3",
    c400="#959CAB",
    c500="#6A7181",
    c600="#4F5665",
    c700="#363C49",
    c800="#232833",
    c900="#171B23",
    c950="#0E1117",
)
MARKER = gr.themes.Color(
    name="marker",
    c50="#FFFAE8",
    c100="#FFF3CC",
    c200="#FFE899",
    c300="#FFDD66",
    c400="#FFD23F",
    c500="#F5B301",
    c600="#B67F00",
    c700="#835B00",
    c800="#5C4000",
    c900="#3A2A06",
    c950="#241A04",
)


def theme() -> gr.themes.Base:
    """Gradio's controls in our colours, for day and night."""
    base = gr.themes.Base(
        primary_hue=MARKER,
        secondary_hue=INK,
        neutral_hue=INK,
        font=(LocalFont("IBM Plex Sans", weights=(400, 700)), "system-ui", "sans-serif"),
        font_mono=(LocalFont("IBM Plex Mono", weights=(400, 700)), "ui-monospace", "monospace"),
        radius_size=gr.themes.sizes.radius_lg,
    )
    return base.set(
        body_background_fill="*neutral_50",
        body_background_fill_dark="*neutral_950",
        body_text_color="*neutral_900",
        body_text_color_dark="*neutral_100",
        body_text_color_subdued="*neutral_600",
        body_text_color_subdued_dark="#A6ADBB",
        background_fill_primary="*neutral_50",
        background_fill_primary_dark="*neutral_950",
        background_fill_secondary="*neutral_50",
        background_fill_secondary_dark="*neutral_950",
        block_background_fill="*neutral_50",
        block_background_fill_dark="*neutral_950",
        block_border_width="0px",
        block_border_width_dark="0px",
        block_shadow="none",
        block_padding="0",
        block_title_text_weight="600",
        block_title_text_color="*neutral_900",
        block_title_text_color_dark="*neutral_100",
        block_info_text_color="*neutral_600",
        block_info_text_color_dark="#A6ADBB",
        input_background_fill="#FFFFFF",
        input_background_fill_dark="#12161E",
        input_border_width="1px",
        input_border_width_dark="1px",
        input_border_color="*neutral_300",
        input_border_color_dark="#3B4250",
        input_border_color_focus="*neutral_900",
        input_border_color_focus_dark="*primary_400",
        input_placeholder_color="*neutral_500",
        input_placeholder_color_dark="#8B93A3",
        slider_color="*neutral_900",
        slider_color_dark="*primary_400",
        button_primary_background_fill="*primary_400",
        button_primary_background_fill_dark="*primary_400",
        button_primary_background_fill_hover="*primary_300",
        button_primary_background_fill_hover_dark="*primary_300",
        button_primary_text_color="*neutral_950",
        button_primary_text_color_dark="*neutral_950",
        button_primary_border_color="transparent",
        button_primary_border_color_dark="transparent",
        button_secondary_background_fill="#FFFFFF",
        button_secondary_background_fill_dark="#1D222C",
        button_secondary_background_fill_hover="*neutral_100",
        button_secondary_background_fill_hover_dark="#272D39",
        button_secondary_border_color="*neutral_300",
        button_secondary_border_color_dark="#3B4250",
        button_secondary_text_color="*neutral_900",
        button_secondary_text_color_dark="*neutral_100",
        button_border_width="1px",
        button_large_text_weight="600",
        checkbox_label_background_fill="transparent",
        checkbox_label_background_fill_dark="transparent",
        color_accent_soft="*primary_100",
        color_accent_soft_dark="*primary_900",
    )
