import { expect, test } from 'vitest'
import { htmlToText } from './html-to-text.ts'

test.each([
  ['paragraphs and breaks', '<p>One</p><p>Two<br>three</p>', 'One\n\nTwo\nthree'],
  ['Outlook’s empty paragraph', '<p>One<o:p></o:p></p><p><o:p>&nbsp;</o:p></p><p>Two</p>', 'One\n\nTwo'],
  ['divs as lines', '<div>One</div><div>Two</div><div><br></div><div>Three</div>', 'One\nTwo\n\nThree'],
  ['lists and tables', '<ul><li>a</li><li>b</li></ul><table><tr><td>1</td><td>2</td></tr></table>', '- a\n- b\n\n1 2'],
  ['quotations', 'Yes.<blockquote>Really?<br>Sure?</blockquote>', 'Yes.\n\n> Really?\n> Sure?'],
  ['links', 'See <a href="https://a.example/?a=1&amp;b=2">this</a>.', 'See this <https://a.example/?a=1&b=2>.'],
  ['links that show their address', '<a href="mailto:a@b.example">a@b.example</a>', 'a@b.example'],
  ['links that would run', '<a href="javascript:alert(1)">x</a> <a href=data:text/html,1>y</a>', 'x y'],
  ['preformatted text', '<pre>a  b\n  c</pre>', 'a  b\n  c'],
  ['entities', '&euro;&nbsp;5 &lt;b&gt; &#128512; &eacute;', '€ 5 <b> 😀 é'],
  ['script, style, comments', '<style>p{}</style>a<script>"</p>"</script >b<!-- <p>c</p> -->d', 'abd'],
  ['conditional comments', '<!--[if mso]><p>x</p><![endif]--><![if !vml]>a<![endif]>', 'a'],
  ['a quoted > and a stray <', '<p title="a > b">1 < 2</p>', '1 < 2'],
  ['an unclosed tag, quote, script', 'a<p title="b', 'a'],
  ['no markup', 'plain', 'plain'],
])('%s', (_, html, text) => expect(htmlToText(html)).toBe(text))

test('hostile markup takes time only by its length', () => {
  for (const piece of [
    'a<b>',
    '<a href=https://a.example/>b',
    '</a>',
    '<!--',
    '<script>',
    '<p x="',
    '<pre>\n',
    '<',
    '&amp',
  ]) {
    const spentMs = stopwatch()
    htmlToText(piece.repeat(1_000_000 / piece.length))
    expect(spentMs(), piece).toBeLessThan(1000)
  }
})

/** Processor time, so that a busy machine does not count. */
function stopwatch() {
  const started = process.threadCpuUsage()
  return () => {
    const { user, system } = process.threadCpuUsage(started)
    return (user + system) / 1000
  }
}
