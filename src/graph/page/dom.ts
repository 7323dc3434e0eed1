/** Makes an element. Texts become text nodes, never HTML: the names in the page come from other people. */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  properties: Partial<HTMLElementTagNameMap[Tag]>,
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

/** Makes a list of terms, without those that have no text. */
export function terms(rows: readonly [term: string, text: string | undefined][]): HTMLDListElement {
  const known = rows.filter(([, text = ""]) => text !== "");
  return element(
    "dl",
    {},
    ...known.flatMap(([term, text = ""]) => [element("dt", {}, term), element("dd", {}, text)]),
  );
}

/** Makes a drop-down list. Its first option selects all and has an empty value. */
export function choice(label: string, all: string, values: readonly string[]): HTMLSelectElement {
  const options = values.map((value) => element("option", { value }, value));
  return element("select", { ariaLabel: label }, element("option", { value: "" }, all), ...options);
}
