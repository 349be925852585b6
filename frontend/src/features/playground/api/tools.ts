import type { Schemas } from '@/lib/api/client'

export type ToolCall = Schemas['ToolCall']
/** A function that the model may call, as OpenAI describes it; the server looks at the rest. */
export interface Tool {
  type: 'function'
  function: { name: string }
}

/** What is wrong with the text in the field for tools. */
export type ToolsFault = 'notJson' | 'notAList' | 'notAFunction'

interface Read {
  tools: Tool[]
  fault: ToolsFault | null
}

/** The tools that a text describes; none where it is empty. */
export function readTools(text: string): Read {
  if (!text.trim()) return { tools: [], fault: null }
  let read: unknown
  try {
    read = JSON.parse(text)
  } catch {
    return { tools: [], fault: 'notJson' }
  }
  if (!Array.isArray(read)) return { tools: [], fault: 'notAList' }
  if (!read.every(isTool)) return { tools: [], fault: 'notAFunction' }
  return { tools: read, fault: null }
}

function isTool(one: unknown): one is Tool {
  const tool = one as { type?: unknown; function?: { name?: unknown } | null } | null
  return tool?.type === 'function' && typeof tool.function?.name === 'string' && tool.function.name !== ''
}
