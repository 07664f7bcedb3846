// The stage: the layout that was served (single, speaker or gallery), and how it changes while a screen is shared.
import { make } from "../markup.js";
import { ShareView } from "./share_view.js";
import { Tiles } from "./tile.js";

const GALLERY_PAGE = 25;
const LONGEST_BAR = 6;
const BAR_TILE_PX = 186;
const TALKING_MS = 2500;

const flag = (key) => localStorage.getItem(key) === "true";

export class Stage {
  constructor({ config, roster, media }) {
    Object.assign(this, { config, roster, media, mode: config.variant.layout, mediaAllowed: false, page: 0, talkingTimer: 0 });
    this.element = make("div", { class: "video-layout" });
    this.share = new ShareView({ attachShare: media.attachShare });
    this.build();
  }

  tiles(region, frameClass) {
    return new Tiles({ region, frameClass, attachVideo: this.media.attachVideo });
  }

  build() {
    this.regions?.forEach((tiles) => tiles.clear());
    const parts = { single: () => this.single(), speaker: () => this.speaker(), gallery: () => this.gallery() }[this.mode]();
    this.regions = parts.tiles;
    this.element.replaceChildren(this.share.element, ...parts.elements);
    this.render();
  }

  single() {
    const main = make("div", { class: "single-main-container__main-view" });
    const floating = make("div", { class: "single-suspension-container__frames" });
    this.indicator = make("div", { class: "single-suspension-container__talking-indicator" });
    const suspension = make("div", { class: "single-suspension-container suspension-window-container" }, floating, this.indicator);
    const [big, small] = [this.tiles(main, "single-main-container__video-frame"), this.tiles(floating, "single-suspension-container__video-frame")];
    this.draw = ({ stage, sharer }) => {
      main.hidden = Boolean(sharer);
      suspension.hidden = !sharer;
      big.show(stage && !sharer ? [stage] : [], this.options());
      small.show(stage && sharer ? [stage] : [], this.options());
    };
    return { elements: [main, suspension], tiles: [big, small] };
  }

  speaker() {
    const bar = make("div", { class: "speaker-bar-container__horizontal-view-wrap" });
    const main = make("div", { class: "speaker-active-container__wrap" });
    this.indicator = make("div", { class: "suspension-video-container__talking-indicator" });
    const [row, big] = [this.tiles(bar, "speaker-bar-container__video-frame"), this.tiles(main, "speaker-active-container__video-frame")];
    this.draw = ({ people, stage, sharer }) => {
      this.element.classList.toggle("video-layout--share", Boolean(sharer));
      const inBar = people.length > 1 || sharer ? people.slice(0, this.barLength()) : [];
      bar.hidden = inBar.length === 0;
      main.hidden = Boolean(sharer);
      row.show(inBar, this.options((person) => person.id === this.roster.activeId));
      big.show(stage && !sharer ? [stage] : [], this.options());
    };
    return { elements: [bar, main, this.indicator], tiles: [row, big] };
  }

  gallery() {
    const grid = make("div", { class: "gallery-video-container__wrap" });
    const back = make("button", { type: "button", class: "gallery-video-container__switch-button gallery-video-container__switch-button--back", "aria-label": "previous page", onclick: () => this.turn(-1) }, "‹");
    const next = make("button", { type: "button", class: "gallery-video-container__switch-button", "aria-label": "next page", onclick: () => this.turn(1) }, "›");
    const bar = make("div", { class: "speaker-bar-container__horizontal-view-wrap" });
    this.indicator = make("div", { class: "suspension-video-container__talking-indicator" });
    const [all, row] = [this.tiles(grid, "gallery-video-container__video-frame"), this.tiles(bar, "speaker-bar-container__video-frame")];
    this.draw = ({ people, sharer }) => {
      this.element.classList.toggle("video-layout--share", Boolean(sharer));
      this.pages = Math.max(1, Math.ceil(people.length / GALLERY_PAGE));
      this.page = Math.min(this.page, this.pages - 1);
      const shown = sharer ? [] : people.slice(this.page * GALLERY_PAGE, (this.page + 1) * GALLERY_PAGE);
      grid.style.setProperty("--columns", String(Math.ceil(Math.sqrt(shown.length))));
      grid.hidden = Boolean(sharer);
      bar.hidden = !sharer;
      back.hidden = Boolean(sharer) || this.page === 0;
      next.hidden = Boolean(sharer) || this.page >= this.pages - 1;
      all.show(shown, this.options((person) => person.id === this.roster.activeId));
      row.show(sharer ? people.slice(0, this.barLength()) : [], this.options((person) => person.id === this.roster.activeId));
    };
    return { elements: [grid, back, next, bar, this.indicator], tiles: [all, row] };
  }

  barLength() {
    return Math.max(1, Math.min(LONGEST_BAR, Math.floor(this.element.clientWidth / BAR_TILE_PX)));
  }

  options(active = () => false) {
    return (person) => ({ active: active(person), mediaAllowed: this.mediaAllowed && person.id !== this.roster.selfId });
  }

  turn(by) {
    this.page += by;
    this.render();
  }

  change(mode) {
    this.mode = mode;
    this.build();
  }

  allowMedia() {
    this.mediaAllowed = true;
    this.render();
  }

  render() {
    let people = this.roster.present();
    if (flag("WEB-CLIENT-ENABLE-HIDE-SELF-VIEW") && people.length > 1) people = people.filter((person) => person.id !== this.roster.selfId);
    if (flag("WEB-CLIENT-ENABLE-HIDE-NON-VIDEO")) {
      const withVideo = people.filter((person) => person.bVideoOn);
      if (withVideo.length) people = withVideo;
    }
    const sharer = this.mediaAllowed ? this.roster.sharer() : null;
    this.share.show(sharer);
    this.draw({ people, stage: this.roster.onStage(), sharer });
  }

  // The mark of who talks goes out by itself; the gateway repeats its message while they go on.
  talking() {
    clearTimeout(this.talkingTimer);
    this.mark();
    this.talkingTimer = setTimeout(() => { this.roster.talking.clear(); this.mark(); }, TALKING_MS);
  }

  mark() {
    const names = [...this.roster.talking].map((id) => this.roster.people.get(id)?.name).filter(Boolean);
    this.indicator.textContent = names.length ? `Talking: ${names.join(", ")}` : "";
    this.indicator.hidden = names.length === 0 || !this.roster.sharer();
  }

  close() {
    clearTimeout(this.talkingTimer);
    this.regions.forEach((tiles) => tiles.clear());
    this.share.show(null);
  }
}
