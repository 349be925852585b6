import type { Message, Sampling } from './ask'

interface Call {
  origin: string
  model: string
  messages: Message[]
  sampling: Sampling
}

function body({ model, messages, sampling }: Call): Record<string, unknown> {
  const { temperature, top_p, max_new_tokens, seed } = sampling
  return {
    model,
    messages,
    temperature,
    top_p,
    max_tokens: max_new_tokens,
    ...(seed === null ? {} : { seed }),
  }
}

/** The same question for a shell. Quotes inside are closed and opened again, so that it stays one argument. */
export function curl(call: Call): string {
  const text = JSON.stringify(body(call), null, 2).replaceAll("'", "'\\''")
  return [
    `curl ${call.origin}/v1/chat/completions \\`,
    '  -H "Authorization: Bearer $MODELFORGE_TOKEN" \\',
    "  -H 'Content-Type: application/json' \\",
    `  -d '${text}'`,
  ].join('\n')
}

/** The same question for Python, over the `openai` package. */
export function python(call: Call): string {
  const { messages, ...rest } = body(call)
  const lines = Object.entries(rest).map(([name, value]) => `    ${name}=${JSON.stringify(value)},`)
  return [
    'import os',
    '',
    'from openai import OpenAI',
    '',
    'client = OpenAI(',
    `    base_url=${JSON.stringify(`${call.origin}/v1`)},`,
    '    api_key=os.environ["MODELFORGE_TOKEN"],',
    ')',
    'answer = client.chat.completions.create(',
    ...lines,
    `    messages=${JSON.stringify(messages, null, 4).replaceAll('\n', '\n    ')},`,
    ')',
    'print(answer.choices[0].message.content)',
  ].join('\n')
}
