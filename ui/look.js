() => {
  const player = () => document.querySelector("#player video");
  const all = (selector) => [...document.querySelectorAll(selector)];
  const clock = (time) => {
    const whole = Math.floor(time);
    const two = (number) => String(number).padStart(2, "0");
    const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
    return h ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
  };

  // -- going to a moment

  const seek = (time, play = true) => {
    const video = player();
    if (!video || !Number.isFinite(time)) return;
    video.currentTime = Math.max(0, time + 0.001);
    if (play) video.play().catch(() => {});
    const { top, bottom } = video.getBoundingClientRect();
    if (bottom < 80 || top > window.innerHeight - 80) {
      video.scrollIntoView({ block: "nearest", behavior: "smooth" });
    }
  };

  // -- playing the highlights one after the other, before any reel is made

  let tour = null; // { spans, at, whole }

  const say = (element, text) => {
    if (element.textContent !== text) element.textContent = text;
  };

  const tell = () => {
    const on = tour?.whole === true;
    all(".wl-tour").forEach((button) => {
      button.setAttribute("aria-pressed", String(on));
      say(button.querySelector("span"), on ? "Stop" : "Play the highlights");
    });
    const where = on ? `Moment ${tour.at + 1} of ${tour.spans.length}` : "";
    all(".wl-touring").forEach((line) => say(line, where));
  };

  const visit = (at) => {
    tour.at = at;
    tour.jumping = true;
    seek(tour.spans[at][0]);
    tell();
  };

  const endTour = (pause) => {
    if (!tour) return;
    tour = null;
    if (pause) player()?.pause();
    tell();
  };

  const startTour = (spans, whole) => {
    if (!player() || !spans.length) return;
    tour = { spans, at: 0, whole };
    visit(0);
    requestAnimationFrame(follow);
  };

  const advance = () => {
    const video = player();
    if (!video) return endTour(false);
    if (tour.jumping || video.seeking) return;
    const [start, end] = tour.spans[tour.at];
    if (video.currentTime < start - 0.3) return endTour(false);
    if (video.currentTime < end - 0.02 && !video.ended) return;
    if (tour.at + 1 < tour.spans.length) visit(tour.at + 1);
    else endTour(true);
  };

  const follow = () => {
    if (tour) advance();
    if (tour) requestAnimationFrame(follow);
  };

  // only a jump that is not the tour's leaves it: a slow machine may play far past a moment's end
  document.addEventListener("seeking", (event) => {
    if (event.target !== player() || !tour || tour.jumping) return;
    const [start, end] = tour.spans[tour.at];
    const now = event.target.currentTime;
    if (now < start - 0.3 || now > end + 0.5) endTour(false);
  }, true);
  document.addEventListener("seeked", (event) => {
    if (event.target === player() && tour) tour.jumping = false;
  }, true);

  // -- clicks

  const layers = new Set(); // names of the layers that are hidden

  const orders = [
    ["[data-tour]", (it) => {
      const whole = it.classList.contains("wl-tour");
      if (whole && tour?.whole) endTour(true);
      else startTour(JSON.parse(it.dataset.tour), whole);
    }],
    ["[data-do]", () => {}], // Python's
    ["[data-layer]", (it) => {
      const name = it.dataset.layer;
      layers.has(name) ? layers.delete(name) : layers.add(name);
      dress();
    }],
    ["[data-seek]", (it) => { endTour(false); seek(parseFloat(it.dataset.seek)); }],
  ];

  document.addEventListener("click", (event) => {
    for (const [selector, act] of orders) {
      const target = event.target.closest(selector);
      if (target) return act(target);
    }
  });

  // -- the playhead, and what lights up while its moment plays; media events don't bubble: capture

  const light = (now) => {
    all("[data-seek][data-end]").forEach((each) => {
      const on = now >= each.dataset.seek && now < each.dataset.end;
      if (on !== each.hasAttribute("aria-current")) {
        on ? each.setAttribute("aria-current", "true") : each.removeAttribute("aria-current");
      }
    });
  };

  const length = (line) => {
    const range = line.querySelector(".js-plotly-plot")?.layout?.xaxis?.range;
    return range ? range[1] : NaN;
  };

  const place = () => {
    const video = player();
    all(".wl-timeline").forEach((line) => {
      const area = line.querySelector(".nsewdrag")?.getBoundingClientRect();
      let head = line.querySelector(".wl-playhead");
      if (!video || !area?.width) return head?.remove();
      if (!head) {
        head = document.createElement("div");
        head.className = "wl-playhead";
        head.tabIndex = 0;
        head.setAttribute("role", "slider");
        head.setAttribute("aria-label", "Position in the video");
        head.setAttribute("aria-valuemin", "0");
        line.append(head);
      }
      const whole = length(line);
      const now = Math.min(video.currentTime, whole);
      const box = line.getBoundingClientRect();
      head.style.left = `${area.left - box.left + (area.width * now) / whole}px`;
      head.style.top = `${area.top - box.top}px`;
      head.style.height = `${area.height}px`;
      head.setAttribute("aria-valuemax", whole.toFixed(1));
      head.setAttribute("aria-valuenow", now.toFixed(1));
      head.setAttribute("aria-valuetext", clock(now));
    });
  };

  const glide = () => {
    place();
    const video = player();
    if (video && !video.paused && !video.ended) requestAnimationFrame(glide);
  };

  const onTime = (event) => {
    if (event.target !== player()) return;
    light(event.target.currentTime);
    place();
  };
  for (const name of ["timeupdate", "seeking", "loadedmetadata"]) {
    document.addEventListener(name, onTime, true);
  }
  document.addEventListener("play", (event) => {
    if (event.target === player()) requestAnimationFrame(glide);
  }, true);
  window.addEventListener("resize", place);

  // -- click and drag on a curve

  let drag = null; // { line, from, moved, playing }

  const under = (line, x) => {
    const area = line.querySelector(".nsewdrag")?.getBoundingClientRect();
    if (!area) return NaN; // a new figure is just being drawn
    const share = Math.min(1, Math.max(0, (x - area.left) / area.width));
    return share * length(line);
  };

  document.addEventListener("pointerdown", (event) => {
    const line = event.target.closest(".wl-timeline");
    const wanted = event.target.closest(".nsewdrag");
    const video = player();
    if (!line || !wanted || !video || event.button) return;
    drag = { line, from: event.clientX, moved: false, playing: !video.paused };
  }, true);

  document.addEventListener("pointermove", (event) => {
    if (!drag) return;
    if (Math.abs(event.clientX - drag.from) > 4) drag.moved = true;
    if (drag.moved) {
      endTour(false);
      seek(under(drag.line, event.clientX), false);
    }
  }, true);

  document.addEventListener("pointerup", (event) => {
    if (!drag) return;
    const { line, moved, playing } = drag;
    drag = null;
    endTour(false);
    seek(under(line, event.clientX), !moved || playing);
  }, true);
  document.addEventListener("pointercancel", () => { drag = null; }, true);

  document.addEventListener("keydown", (event) => {
    const video = player();
    if (!event.target.classList?.contains("wl-playhead") || !video) return;
    const step = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key];
    const jump = { Home: 0, End: video.duration }[event.key];
    if (step === undefined && jump === undefined) return;
    event.preventDefault();
    seek(jump ?? Math.min(video.duration, Math.max(0, video.currentTime + step)), false);
  });

  // -- every new figure is a new element: it gets what was hidden and the playhead again

  const dress = () => {
    all("[data-layer]").forEach((each) => {
      const shown = String(!layers.has(each.dataset.layer));
      if (each.getAttribute("aria-pressed") !== shown) each.setAttribute("aria-pressed", shown);
    });
    all("#curve .js-plotly-plot").forEach((plot) => {
      (plot.data ?? []).forEach((trace, index) => {
        const shown = !layers.has(trace.meta);
        if (!trace.meta || (trace.visible ?? true) === shown || !window.Plotly) return;
        window.Plotly.restyle(plot, { visible: shown }, [index]);
      });
    });
  };

  let due = false;
  new MutationObserver((changes) => {
    if (due || changes.every((each) => each.target.closest?.(".wl-playhead"))) return;
    due = true;
    requestAnimationFrame(() => {
      due = false;
      dress();
      place();
      tell();
    });
  }).observe(document.body, { childList: true, subtree: true });
}
