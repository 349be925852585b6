import type { Schemas } from '@/lib/api/client'

export type ErrorCode = NonNullable<Schemas['ErrorWords']['code']>

type Message = { message: string } | { message_one: string; message_other: string }

/** Was gefunden wurde, und was zu tun ist. */
export type Words = Message & { hint?: string }
