/** How our own pages look: colours, type, the row of houses. A page adds what is its own. */
export const look = `
  :root { color-scheme: light dark; --ink: light-dark(#1c2430, #e6e9ef); --soft: light-dark(#566072, #a3adbd);
    --paper: light-dark(#fbfaf7, #14181f); --card: light-dark(#ffffff, #1c222c); --line: light-dark(#e3dfd5, #2e3644); --brick: light-dark(#a63d24, #f0886a) }
  body { margin: 0; background: var(--paper); color: var(--ink); font: 1.0625rem/1.55 system-ui, sans-serif }
  main { max-width: 56rem; margin: 0 auto; padding: 3.5rem 1.25rem }
  .houses { width: 11rem; display: block; color: var(--brick) }
  h1 { font-size: 2.5rem; letter-spacing: -0.02em; margin: 1rem 0 0.25rem }
  h2 { font-size: 1.125rem; margin: 2.5rem 0 0.75rem }
  p { margin: 0 0 1rem; max-width: 42rem }
  .lead { font-size: 1.25rem; color: var(--soft) }
  a { color: var(--brick); font-weight: 600; text-decoration-thickness: 1px; text-underline-offset: 0.2em }`

export const houses = `<svg class="houses" viewBox="0 0 176 64" fill="none" stroke="currentColor" stroke-width="3" stroke-linejoin="round" role="img" aria-label="A row of three houses">
    <path d="M4 60V24L30 6l26 18v36zM60 60V24L86 6l26 18v36zM116 60V24l26-18 26 18v36z"/>
    <path d="M24 60V42h12v18M80 60V42h12v18M136 60V42h12v18" stroke-width="2.5"/>
  </svg>`

/** In the page itself, so that no browser asks for `/favicon.ico`. */
export const icon = `<link rel="icon" href="data:image/svg+xml,${encodeURIComponent(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><path fill="#a63d24" d="M3 29V13L16 3l13 10v16h-9v-9h-8v9z"/></svg>',
)}">`
