import { expect, test } from 'vitest'

import { CHOICES, requestOf } from './exports'

test('a choice becomes a request that the server takes: a quantization or a dtype, never both', () => {
  expect(requestOf('m', 'gguf q4_0')).toEqual({ model_id: 'm', format: 'gguf', quantization: 'q4_0' })
  expect(requestOf('m', 'safetensors float16')).toEqual({
    model_id: 'm',
    format: 'safetensors',
    dtype: 'float16',
  })
  for (const choice of CHOICES) {
    const wanted = requestOf('m', choice)
    expect(`${wanted.format} ${wanted.quantization ?? wanted.dtype}`).toBe(choice)
  }
})
