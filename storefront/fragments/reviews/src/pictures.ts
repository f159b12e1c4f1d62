import {css, html, nothing, type TemplateResult} from 'lit';
import type {ReviewTextFragment} from './graphql.ts';

// Pictures of reviews: those that are there, and those that are to be sent.

/** most is how many a review has. */
export const most = 3;

/** side is how long pictures are that are sent, in pixels: a little more than is kept. */
const side = 2000;

/** Chosen is a picture that is to be sent. */
export interface Chosen {
  readonly file: Blob;
  /** Where this page finds it. */
  readonly url: string;
  readonly alt: string;
}

type Picture = NonNullable<ReviewTextFragment['pictures']>[number];

export const pictureLooks = css`
  .pictures { display: flex; flex-wrap: wrap; gap: .75rem; margin: .4rem 0 0; padding: 0; list-style: none; }
  .pictures li { display: grid; gap: .3rem; justify-items: start; }
  .pictures img { display: block; height: 8rem; width: auto; max-width: 100%; border-radius: .6rem; background: var(--tint); object-fit: cover; }
  .chosen { display: grid; gap: 1rem; margin: 0; padding: 0; list-style: none; }
  .chosen li { display: grid; grid-template-columns: 5rem minmax(0, 1fr) auto; gap: .8rem; align-items: end; }
  .chosen img { width: 5rem; height: 5rem; object-fit: cover; border-radius: .6rem; }
  @media (max-width: 30rem) { .chosen li { grid-template-columns: 5rem minmax(0, 1fr); } }
`;

/** shown are the pictures of a review. Who may take one away gets a button for it. */
export function shown(pictures: readonly Picture[], remove: ((picture: Picture) => void) | undefined): TemplateResult | typeof nothing {
  if (pictures.length === 0) return nothing;
  return html`<ul class="pictures" aria-label="Pictures">${pictures.map((p, i) => html`<li>
    <a href=${p.url} target="_blank"><img src=${p.url} width=${p.width} height=${p.height} alt=${p.alt || `Picture ${i + 1} of this review`} loading="lazy"></a>
    ${remove ? html`<button class="link" @click=${() => remove(p)}>Remove picture ${i + 1}</button>` : nothing}</li>`)}</ul>`;
}

/** picked asks for pictures, and for a word about each. */
export function picked(
  chosen: readonly Chosen[], wrong: string | undefined, add: (files: readonly File[]) => void, change: (chosen: readonly Chosen[]) => void,
): TemplateResult {
  const take = (event: Event): void => {
    const input = event.target as HTMLInputElement;
    add([...(input.files ?? [])]);
    input.value = '';
  };
  return html`<div class="field"><label for="pictures">Pictures (up to three)</label>
      <input id="pictures" type="file" accept="image/jpeg,image/png,image/webp" multiple ?disabled=${chosen.length >= most} @change=${take}
        aria-invalid=${wrong ? 'true' : 'false'} aria-describedby="pictures-said">
      <p class=${wrong ? 'complaint' : 'muted'} id="pictures-said" role="status">${wrong ?? 'JPEG, PNG or WebP. Where they were taken is not kept.'}</p></div>
    ${chosen.length ? html`<ul class="chosen">${chosen.map((c, i) => html`<li>
      <img src=${c.url} alt="">
      <div class="field"><label for=${`alt-${i}`}>What picture ${i + 1} shows</label>
        <input id=${`alt-${i}`} maxlength="200" .value=${c.alt}
          @input=${(e: Event) => change(chosen.map((one, at) => at === i ? {...one, alt: (e.target as HTMLInputElement).value} : one))}></div>
      <button type="button" class="link" @click=${() => change(chosen.filter((_, at) => at !== i))}>Leave out picture ${i + 1}</button></li>`)}</ul>` : nothing}`;
}

/** choose makes pictures of files, small enough to be sent over a phone. It throws when one cannot be shown here. */
export async function choose(files: readonly File[]): Promise<Chosen[]> {
  return Promise.all(files.map(async (file) => {
    const bitmap = await createImageBitmap(file);
    const scale = Math.min(1, side / Math.max(bitmap.width, bitmap.height));
    const canvas = document.createElement('canvas');
    canvas.width = Math.max(1, Math.round(bitmap.width * scale));
    canvas.height = Math.max(1, Math.round(bitmap.height * scale));
    const pen = canvas.getContext('2d');
    if (!pen) throw new Error('the browser cannot draw');
    pen.fillStyle = 'white';
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    bitmap.close();
    const small = await new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/jpeg', 0.9));
    if (!small) throw new Error('the picture cannot be made smaller');
    return {file: small, url: URL.createObjectURL(small), alt: ''};
  }));
}

/** forget lets go of what the page has of pictures that are not needed any more. */
export function forget(chosen: readonly Chosen[]): void {
  for (const {url} of chosen) URL.revokeObjectURL(url);
}
