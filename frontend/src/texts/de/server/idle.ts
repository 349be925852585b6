import type { Schemas } from '@/lib/api/client'

/** Warum eine Einstellung in einem Lauf nichts bewirkt. */
export default {
  'full-without-adapter': 'wo alle Gewichte trainiert werden, gibt es keinen Adapter',
  'base-not-quantised': 'die Basis ist nicht quantisiert',
  'eight-bits-without-knobs': 'bei Gewichten mit 8 Bit gibt es das nicht',
  'adapter-published-alone':
    'es geht um den Zahlentyp ganzer oder zusammengeführter Gewichte, und veröffentlicht wird nur ein Adapter',
  'optimizer-without-averages': 'dieser Optimierer führt keine solchen Mittelwerte',
  'rate-does-not-rise': 'eine gleichbleibende Lernrate steigt nicht erst an',
  'nothing-held-out': 'es sind keine Zeilen zurückbehalten, an denen gemessen würde',
  'dataset-held-out': 'zurückbehalten sind stattdessen die Zeilen von data.validation_dataset',
  'no-evaluations-by-steps': 'der Verlust wird nicht nach je so vielen Schritten gemessen',
  'no-evaluations': 'Antworten werden bei jeder Messung geschrieben, und es gibt keine',
  'no-answers-written': 'es werden keine Antworten geschrieben',
  'reward-model-writes-nothing': 'ein Belohnungsmodell schreibt keine Antworten',
  'no-checkpoints-by-steps': 'Speicherstände entstehen nicht nach je so vielen Schritten',
  'nothing-stops-early': 'nichts hört vorzeitig auf',
  'classifier-writes-nothing': 'wer in Klassen einteilt, lernt je Zeile eine Klasse und schreibt nichts',
  'encoder-writes-nothing': 'ein Encoder zeigt auf Antworten und schreibt nichts',
  'encoder-reads-in-windows': 'ein Encoder liest einen langen Text ganz, in Fenstern',
  'one-answer-a-row': 'jede Zeile hat eine einzige Antwort',
  'one-text-to-one': 'ein Encoder-Decoder liest einen Text und schreibt einen',
  'no-length-for-answers':
    'nur ein Encoder-Decoder hat eine Länge für seine Antworten; data.max_length zählt hier beide Seiten',
  'prefix-is-for-summaries': 'das steht vor Texten, die zusammengefasst werden',
  'windows-are-for-encoders': 'nur Encoder, die Fragen beantworten, lesen in Fenstern, die sich überlappen',
  'causal-without-windows': 'ein kausales Modell liest in keinen Fenstern, die sich überlappen',
  'text-without-answers': 'reiner Text hat keine Fragen und keine Antworten',
  'text-in-windows': 'reiner Text wird ganz trainiert, in Fenstern',
  'assistant-turns-alone': 'assistant_only_loss trainiert allein die Beiträge des Assistenten',
  'prompt-asked-whole': 'eine Frage wird ganz gestellt, oder ihre Zeile fällt weg',
  'first-pass-unmoved':
    'beim ersten Durchgang über eine Antwort hat sich ihre Wahrscheinlichkeit noch nicht verändert',
  'model-not-of-hub': 'nur Modelle des Hubs haben Fassungen',
  'dataset-not-of-hub': 'nur Daten des Hubs haben Fassungen',
} satisfies Record<Schemas['IdleSetting']['code'], string>
