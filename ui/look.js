() => {
  const player = () => document.querySelector("#player video");

  const seek = (time) => {
    const video = player();
    if (!video || !Number.isFinite(time)) return;
    video.currentTime = Math.max(0, time + 0.001);
    video.play().catch(() => {});
    const { top, bottom } = video.getBoundingClientRect();
    if (bottom < 80 || top > window.innerHeight - 80) {
      video.scrollIntoView({ block: "nearest", behavior: "smooth" });
    }
  };

  document.addEventListener("click", (event) => {
    const target = event.target.closest("[data-seek]");
    if (target) seek(parseFloat(target.dataset.seek));
  });

  // sentences and rows light up while their moment plays; media events don't bubble: capture
  document.addEventListener("timeupdate", (event) => {
    if (event.target !== player()) return;
    const now = event.target.currentTime;
    document.querySelectorAll("[data-seek][data-end]").forEach((each) => {
      const on = now >= each.dataset.seek && now < each.dataset.end;
      if (on !== each.hasAttribute("aria-current")) {
        on ? each.setAttribute("aria-current", "true") : each.removeAttribute("aria-current");
      }
    });
  }, true);

  // every new figure is a new element without our listener
  const attach = () => {
    document.querySelectorAll("#curve .js-plotly-plot").forEach((plot) => {
      if (plot.dataset.seeks || typeof plot.on !== "function") return;
      plot.dataset.seeks = "yes";
      plot.on("plotly_click", (event) => seek(event.points[0].x));
    });
  };
  new MutationObserver(attach).observe(document.body, { childList: true, subtree: true });
  attach();
}
