// Name plates and cards, drawn once per change on an OffscreenCanvas and read back once.

const FONTS = 'Inter, "Noto Sans", "DejaVu Sans", "Noto Color Emoji", sans-serif';

function canvasOf(width, height) {
  // willReadFrequently keeps the canvas in memory: there is no GPU to read back from.
  return new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
}

// The longest beginning of a text that fits, with an ellipsis when cut; never inside a character.
function fitText(pen, text, maxWidth) {
  if (pen.measureText(text).width <= maxWidth) return text;
  const parts = [...new Intl.Segmenter().segment(text)].map((part) => part.segment);
  let low = 0;
  let high = parts.length;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    const tried = parts.slice(0, middle).join("").trimEnd() + "…";
    if (pen.measureText(tried).width <= maxWidth) low = middle;
    else high = middle - 1;
  }
  return parts.slice(0, low).join("").trimEnd() + "…";
}

// A blending mask with a name on a dark translucent box, for a picture `pictureHeight` high.
function drawPlate(text, pictureWidth, pictureHeight) {
  const fontSize = Math.max(11, Math.round(pictureHeight * 0.035));
  const paddingX = Math.round(fontSize * 0.62);
  const height = even(fontSize * 1.85);
  const font = `500 ${fontSize}px ${FONTS}`;
  const ruler = canvasOf(2, 2);
  ruler.font = font;
  const shown = fitText(ruler, text, Math.max(fontSize * 2, pictureWidth * 0.5));
  const width = even(ruler.measureText(shown).width + 2 * paddingX);
  const pen = canvasOf(width, height);
  pen.fillStyle = "rgba(14, 17, 22, 0.72)";
  pen.beginPath();
  pen.roundRect(0, 0, width, height, height * 0.26);
  pen.fill();
  pen.font = font;
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.fillStyle = "#ffffff";
  pen.fillText(shown, width / 2, height / 2 + fontSize * 0.04);
  return makeMask(pen.getImageData(0, 0, width, height).data, width, height);
}

function drawCircle(pen, card, x, y, radius) {
  const shade = pen.createLinearGradient(x, y - radius, x, y + radius);
  shade.addColorStop(0, `hsl(${card.hue} 38% 54%)`);
  shade.addColorStop(1, `hsl(${card.hue} 40% 42%)`);
  pen.fillStyle = shade;
  pen.beginPath();
  pen.arc(x, y, radius, 0, 2 * Math.PI);
  pen.fill();
  pen.font = `500 ${Math.round(radius * 0.78)}px ${FONTS}`;
  pen.fillStyle = "rgba(255, 255, 255, 0.95)";
  // Centred by the letters' own box: by the em box capitals would sit too low.
  pen.textBaseline = "alphabetic";
  const box = pen.measureText(card.initials);
  pen.fillText(card.initials, x, y + (box.actualBoundingBoxAscent - box.actualBoundingBoxDescent) / 2);
  pen.textBaseline = "middle";
}

// A card as I420 planes: initials in a circle and the name beneath, or a title and a caption.
function drawCard(card, width, height) {
  const pen = canvasOf(width, height);
  const background = pen.createLinearGradient(0, 0, 0, height);
  background.addColorStop(0, "#20252d");
  background.addColorStop(1, "#14181d");
  pen.fillStyle = background;
  pen.fillRect(0, 0, width, height);
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  const unit = height / 720;
  let headlineAt = height * 0.47;
  if (card.initials) {
    drawCircle(pen, card, width / 2, height * 0.41, 112 * unit);
    headlineAt = height * 0.655;
  }
  const headlineSize = card.initials ? 40 : 50;
  pen.font = `500 ${Math.round(headlineSize * unit)}px ${FONTS}`;
  pen.fillStyle = "#f2f4f7";
  pen.fillText(fitText(pen, card.headline, width * 0.8), width / 2, headlineAt);
  if (card.caption) {
    pen.font = `400 ${Math.round(24 * unit)}px ${FONTS}`;
    pen.fillStyle = "#9aa4b2";
    pen.fillText(fitText(pen, card.caption, width * 0.7), width / 2, headlineAt + (headlineSize + 18) * unit);
  }
  const planes = makePlanes(width, height);
  rgbaIntoPlanes(pen.getImageData(0, 0, width, height).data, width, height, planes, 0, 0);
  return planes;
}
