import type { Message, Sampling } from './ask'
import type { Input } from './predict'
import type { Tool } from './tools'

const PREDICT = '/api/v1/playground/predict'

interface Reading {
  origin: string
  model: string
  inputs: Input[]
}

interface Call {
  origin: string
  model: string
  messages: Message[]
  tools: Tool[]
  sampling: Sampling
}

/** Turns as OpenAI has them: the arguments of calls as JSON text. */
function turns(messages: Message[]): unknown[] {
  return messages.map(({ tool_calls: calls, ...turn }) =>
    calls
      ? {
          ...turn,
          tool_calls: calls.map(({ function: called, ...call }) => ({
            ...call,
            function: { name: called.name, arguments: JSON.stringify(called.arguments ?? {}) },
          })),
        }
      : turn,
  )
}

function body({ model, messages, tools, sampling }: Call): Record<string, unknown> {
  const { temperature, top_p, max_new_tokens, seed } = sampling
  return {
    model,
    messages: turns(messages),
    temperature,
    top_p,
    max_tokens: max_new_tokens,
    ...(seed === null ? {} : { seed }),
    ...(tools.length > 0 ? { tools } : {}),
  }
}

/** What OpenAI's own requests do not have; left out where it changes nothing. */
function extra({ top_k, repetition_penalty }: Sampling): Record<string, number> {
  return {
    ...(top_k > 0 ? { top_k } : {}),
    ...(repetition_penalty !== 1 ? { repetition_penalty } : {}),
  }
}

/** The same question for a shell. */
export function curl(call: Call): string {
  return post(`${call.origin}/v1/chat/completions`, { ...body(call), ...extra(call.sampling) })
}

/** The same texts for a shell. */
export function predictCurl({ origin, ...asked }: Reading): string {
  return post(`${origin}${PREDICT}`, asked)
}

/** Quotes inside are closed and opened again, so that the body stays one argument. */
function post(url: string, asked: object): string {
  const text = JSON.stringify(asked, null, 2).replaceAll("'", "'\\''")
  return [
    `curl ${url} \\`,
    '  -H "Authorization: Bearer $MODELFORGE_TOKEN" \\',
    "  -H 'Content-Type: application/json' \\",
    `  -d '${text}'`,
  ].join('\n')
}

/** The same texts for Python, over the `requests` package. */
export function predictPython({ origin, model, inputs }: Reading): string {
  return [
    'import os',
    '',
    'import requests',
    '',
    'answer = requests.post(',
    `    ${JSON.stringify(origin + PREDICT)},`,
    '    headers={"Authorization": f"Bearer {os.environ[\'MODELFORGE_TOKEN\']}"},',
    '    json={',
    `        "model": ${JSON.stringify(model)},`,
    `        "inputs": ${JSON.stringify(inputs, null, 4).replaceAll('\n', '\n        ')},`,
    '    },',
    ')',
    'answer.raise_for_status()',
    'for prediction in answer.json()["predictions"]:',
    '    print(prediction)',
  ].join('\n')
}

/** The same question for Python, over the `openai` package. */
export function python(call: Call): string {
  const { messages, tools, ...rest } = body(call)
  const more = extra(call.sampling)
  const lines = Object.entries(rest).map(([name, value]) => `    ${name}=${JSON.stringify(value)},`)
  return [
    ...(tools ? ['import json'] : []),
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
    ...(Object.keys(more).length > 0 ? [`    extra_body=${JSON.stringify(more)},`] : []),
    `    messages=${JSON.stringify(messages, null, 4).replaceAll('\n', '\n    ')},`,
    ...(tools ? [`    tools=json.loads(${JSON.stringify(JSON.stringify(tools))}),`] : []),
    ')',
    `print(answer.choices[0].message${tools ? '' : '.content'})`,
  ].join('\n')
}
