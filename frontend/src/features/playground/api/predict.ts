import { answer, api, type Schemas } from '@/lib/api/client'

export type Mode = NonNullable<Schemas['ModelView']['mode']>
/** How models are asked that say something of a text and write none. */
export type ReadingMode = Extract<Mode, 'labels' | 'span'>
export type Input = Schemas['PredictionInput']
export type Prediction = Schemas['Predictions']['predictions'][number]
export type LabelPrediction = Schemas['LabelPrediction']
export type SpanPrediction = Schemas['SpanPrediction']

export const reads = (mode: Mode | null | undefined): mode is ReadingMode =>
  mode === 'labels' || mode === 'span'

/** What a model says of one text. */
export async function predict(model: string, input: Input): Promise<Prediction> {
  const { predictions } = await answer(
    api.POST('/api/v1/playground/predict', { body: { model, inputs: [input] } }),
  )
  const [first] = predictions
  if (first === undefined) throw new Error('The answer has no prediction.')
  return first
}

/** A text before, in and behind the answer. The server counts characters as Unicode does, JavaScript in halves of some. */
export function parted(context: string, start: number, end: number): [string, string, string] {
  const letters = Array.from(context)
  const piece = (from: number, to?: number) => letters.slice(from, to).join('')
  return [piece(0, start), piece(start, end), piece(end)]
}
