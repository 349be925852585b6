import type { ErrorCode, Words } from './words'

const LOOK_AGAIN = 'Sehen Sie in der Liste nach, was da ist; Gelöschtes kommt nicht wieder.'
const APART = 'Führen Sie mit float32 zusammen, oder nehmen Sie den Adapter, wie er ist.'
const FINER =
  'Exportieren Sie in einem genaueren Zahlentyp, oder nehmen Sie den Ordner des Modells, wie er ist.'

/** Was es gibt und was nicht: Zusammenführen, Exportieren, Messen, Löschen. */
export default {
  'nothing-of-this-name': { message: '„{{name}}“ gibt es hier nicht.', hint: LOOK_AGAIN },
  'name-taken': {
    message: '{{name}} gibt es schon.',
    hint: 'Wählen Sie einen anderen Namen, oder löschen Sie erst das Alte.',
  },
  'model-in-use': {
    message: '{{model}} wird noch gebraucht: {{users}}.',
    hint: 'Löschen, anhalten oder entladen Sie erst, was darauf aufbaut.',
  },
  'merged-model-exists': {
    message: 'Ein Modell {{model}} gibt es schon.',
    hint: 'Wählen Sie für das zusammengeführte Modell einen anderen Namen.',
  },
  'merged-in-other-type': {
    message: '{{adapter}} ist schon zusammengeführt, als {{model}} in {{there}} und nicht in {{wanted}}.',
    hint: 'Geben Sie diesem einen anderen Namen (--id, oder new_id der Anfrage), oder löschen Sie erst jenes.',
  },
  'base-already-merged': {
    message: '{{model}} hat schon volle Gewichte.',
    hint: 'Nur Adapter werden zusammengeführt; nehmen Sie das Modell, wie es ist.',
  },
  'merge-splits-otherwise': {
    message:
      'Das zusammengeführte Modell antwortet nicht wie der Adapter: Sein Tokenizer macht aus derselben Frage andere Token. Es wurde nicht behalten.',
    hint: APART,
  },
  'merge-differs': {
    message:
      'Das zusammengeführte Modell antwortet nicht wie der Adapter: Ein Logit weicht um {{difference, significant}} ab, mehr als {{allowed, significant}}. Es wurde nicht behalten.',
    hint: APART,
  },
  'merge-answers-differ': {
    message:
      'Das zusammengeführte Modell antwortet nicht wie der Adapter: {{differing}} von {{prompts}} Antworten sind andere. Es wurde nicht behalten.',
    hint: APART,
  },
  'export-id-taken': {
    message: 'Einen Export {{export}} gibt es schon, vom Modell {{model}}.',
    hint: 'Löschen Sie erst jenen.',
  },
  'export-writes-none': {
    message: '{{model}} schreibt keine Antworten, und an Antworten wird ein Export geprüft.',
    hint: 'Nehmen Sie den Ordner des Modells, wie er ist; er folgt dem Standard von Hugging Face.',
  },
  'gguf-type-unknown': {
    message: 'Modelle der Art {{type}} lassen sich nicht als GGUF schreiben.',
    hint: 'Möglich ist es mit {{known}}. Als safetensors lässt sich jedes Modell exportieren, das Text schreibt.',
  },
  'gguf-model-unusual': {
    message: 'Dieses Modell der Art {{type}} hat etwas, wofür eine GGUF-Datei keinen Platz hat.',
    hint: 'Exportieren Sie es als safetensors.',
  },
  'gguf-blocks-uneven': {
    message:
      'Zeilen von {{width}} Gewichten gehen in den Blöcken von {{block}}, die {{quantization}} hat, nicht auf.',
    hint: 'Exportieren Sie es als f16.',
  },
  'gguf-tokenizer-unknown': {
    message: 'Der Tokenizer des Modells lässt sich hier nicht als GGUF schreiben: Er ist kein BPE auf Bytes.',
    hint: 'Die von Llama 3, Qwen und den Startmodellen sind es. Exportieren Sie es als safetensors.',
  },
  'no-run-made-model': {
    message:
      'Kein Lauf auf diesem Rechner hat {{model}} gemacht; darum ist keine Zeile als zurückgehalten bekannt.',
    hint: 'Wählen Sie einen Datensatz, auf dem gemessen wird.',
  },
  'no-row-measurable': {
    message_one:
      'Die eine Zeile lässt sich nicht messen: Im Training würde sie ausgelassen, weil sie länger als {{limit}} Token ist oder von ihrer Antwort nichts darin steht.',
    message_other:
      'Keine der {{count}} Zeilen lässt sich messen: Im Training würden alle ausgelassen, weil sie länger als {{limit}} Token sind oder von ihrer Antwort nichts darin steht.',
    hint: 'Erhöhen Sie data.max_length, soweit das Modell es zulässt, oder wählen Sie andere Zeilen.',
  },
  'run-held-out-nothing': {
    message: 'Der Lauf {{run}} hat keine Zeilen zurückgehalten.',
    hint: 'Wählen Sie einen Datensatz, auf dem gemessen wird.',
  },
  'export-splits-otherwise': {
    message:
      'Der Export antwortet nicht wie das Modell: Sein Tokenizer macht aus derselben Frage andere Token. Er wurde nicht behalten.',
    hint: FINER,
  },
  'export-diverges': {
    message:
      'Der Export antwortet nicht wie das Modell: Sein nächstes Token weicht um {{nats, significant}} Nat ab, mehr als {{allowed, significant}}. Er wurde nicht behalten.',
    hint: FINER,
  },
  'export-chooses-otherwise': {
    message:
      'Der Export antwortet nicht wie das Modell: Er würde nur {{percent}} % der Token wählen, die das Modell wählt. Er wurde nicht behalten.',
    hint: FINER,
  },
  'export-not-compared': {
    message:
      'Der Export ließ sich nicht mit dem Modell vergleichen: Zu {{lacking}} von {{answers}} Antworten fehlen Logits. Er wurde nicht behalten.',
    hint: 'Melden Sie dieses Modell: Es wird falsch befragt. Nehmen Sie bis dahin seinen Ordner, wie er ist.',
  },
  'job-died': {
    message: 'Der Prozess dieses Auftrags ist gestorben.',
    hint: 'Versuchen Sie es noch einmal.',
  },
  'job-ended': { message: 'Der Auftrag ist schon zu Ende.', hint: 'Es gibt nichts abzubrechen.' },
  'job-under-way': {
    message: '{{job}} ist noch nicht zu Ende.',
    hint: 'Halten Sie es an, oder warten Sie, bis es zu Ende ist; dann löschen Sie es.',
  },
  'job-unforeseen': {
    message: 'Mit einem solchen Fehler hat niemand gerechnet: {{reason}}.',
    hint: 'Beginnen Sie den Auftrag noch einmal. Hilft das nicht, sagt das Protokoll des Servers mehr.',
  },
  'job-not-failed': {
    message: 'Der Auftrag ist nicht gescheitert.',
    hint: 'Nur was nicht gelang, wird noch einmal versucht.',
  },
  'not-on-this-list': {
    message: 'Das Modell „{{model}}“ steht nicht auf dieser Liste.',
    hint: 'Beginnen Sie die Liste von vorn.',
  },
  'export-weights-off': {
    message:
      'Der Export enthält nicht die Gewichte des Modells: {{weight}} liegt um {{error}} daneben, und {{numbers}} rundet um höchstens {{allowed}}. Er wurde nicht behalten.',
    hint: 'Exportieren Sie in einem anderen Format, und melden Sie dieses Modell: Seine Dateien werden falsch geschrieben.',
  },
  'gguf-no-place': {
    message: 'Eine GGUF-Datei eines Modells der Art {{type}} hat keinen Platz für {{weight}}.',
    hint: 'Exportieren Sie es als safetensors.',
  },
} satisfies { [code in ErrorCode]?: Words }
