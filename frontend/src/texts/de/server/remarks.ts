import type { Schemas } from '@/lib/api/client'

const KEIN_MODELFILE = 'Es gibt kein Modelfile: '
const MUSTER = `${KEIN_MODELFILE}Was nach der Chat-Vorlage und data.source_prefix um die Texte steht, folgt keinem Muster, das sich in der Sprache von Ollama mit denselben Token schreiben ließe.`
const ZEICHEN = `${KEIN_MODELFILE}Ein Text darin (Chat-Vorlage, data.source_prefix, Systemtext, End-Token) hat Anführungszeichen oder ein nicht druckbares Zeichen, die Ollama nicht wiedergibt.`
const IN_DER_DATEI = ' llama.cpp liest die Chat-Vorlage in der Datei selbst.'

/** Sätze neben einem Ergebnis: was anders gelesen wurde, wie geprüft wurde, was zu wissen ist. */
export default {
  'read-as': '`{{written}}` wurde als `{{key}}` gelesen.',
  'read-as-in-stage': 'Stufe {{number}}: `{{written}}` wurde als `{{key}}` gelesen.',
  'reward-model-first':
    'Belohnungen sind nicht genannt; darum wird erst in einer eigenen Stufe ein Belohnungsmodell aus den Paaren trainiert.',
  'merge-checked':
    'An {{prompts}} Fragen mit dem Adapter verglichen: dieselben Token, {{same}} von {{prompts}} Antworten gleich, die Logits höchstens {{difference, significant}} auseinander (erlaubt: {{tolerance, significant}}, {{dtype}}).',
  'head-untrained':
    '{{model}} hat keine passenden Gewichte für {{parts}}: Diese beginnen zufällig, seine Zahlen sind also die von Geratenem.',
  'rows-drawn': '{{wanted}} von {{rows}} Zeilen, vom Startwert gezogen (evaluation.max_rows).',
  'learned-these-rows':
    '{{model}} wurde auf Zeilen eben dieser Daten trainiert, und das schönt die Zahlen. Ohne Datensatz wird auf den zurückgehaltenen Zeilen gemessen.',
  'rows-not-measured':
    '{{count}} von {{rows}} Zeilen werden nicht gemessen: Im Training würden sie ausgelassen, weil sie länger als {{limit}} Token sind oder von ihrer Antwort nichts darin steht (data.max_length, data.truncation_mode).',
  'rows-cut-at-positions':
    'Zeilen werden auf {{limit}} Token gekürzt: Für mehr hat {{model}} keine Positionen.',
  'asked-in-own-ways':
    'Jedes Modell wird wie in seinem eigenen Training gefragt, und diese unterscheiden sich in {{keys}}: {{count}} von {{rows}} Zeilen bekommt {{against}} anders gestellt als {{model}}.',
  'measured-as-the-other':
    'Von {{count}} der {{rows}} Zeilen wurden {{against}} im Training andere Token gezeigt oder gelehrt ({{keys}}): Beide Modelle werden an denen von {{model}} gemessen.',
  'perplexities-of-other-texts':
    'Die beiden Modelle werden verschieden gefragt, und die Fragen zählen mit (strategy.completion_only_loss: false); darum werden ihre Perplexitäten nicht verglichen.',
  'perplexities-not-compared':
    'Die beiden Modelle teilen Text in verschiedene Token; darum werden ihre Perplexitäten nicht verglichen.',
  'log-losses-not-compared':
    'Die beiden Modelle kennen nicht die Antworten derselben Zeilen; darum werden ihre logarithmischen Verluste nicht verglichen.',
  'prefix-not-in-file':
    'Im Training stand „{{prefix}}“ vor jedem Text. Eine GGUF-Datei kann das nicht sagen: Wo es kein Modelfile tut, schreiben Sie es selbst davor.',
  'no-modelfile-for-pattern': MUSTER + IN_DER_DATEI,
  'no-modelfile-for-pattern-of-texts': MUSTER,
  'no-modelfile-for-quotes': ZEICHEN + IN_DER_DATEI,
  'no-modelfile-for-quotes-of-texts': ZEICHEN,
  'texts-split-otherwise':
    'llama.cpp teilt Text nach eigenen Regeln, von denen „{{rules}}“ dem Tokenizer des Modells am nächsten kommt: {{other}} von {{texts}} ungewöhnlichen Texten bekommen andere Token als im Training.',
  'no-tools-in-modelfile':
    'Das Modell nimmt Werkzeuge, aber das Modelfile schreibt weder sie noch Aufrufe und deren Ergebnisse: Ollamas Sprache setzt in JSON andere Leerzeichen als das Training. llama.cpp mit --jinja liest die Gesprächsvorlage in der Datei selbst, und die tut es.',
  'tool-prompt-compared':
    'Ein Gespräch mit einem Werkzeug, einem Aufruf und dessen Ergebnis hat, soweit die Gesprächsvorlage sie schreibt, mit der Vorlage in den Dateien dieselben Token. Antworten darauf wurden nicht verglichen.',
  'held-out-rows': 'zurückgehaltene Zeilen: {{count}}',
  'going-on-from': 'Weiter ab {{checkpoint}}.',
  'checkpoint-not-used': '{{checkpoint}} ist nicht unversehrt und wird nicht verwendet.',
  'events-not-read':
    'Zeilen von events.jsonl hinter Ereignis {{before}} sind nicht lesbar und wurden übergangen. Verlorene Ereignisse: {{lost}}.',
  'disk-full': 'Die Platte ist voll. Ist wieder Platz, geht der Lauf vom letzten Zwischenstand weiter.',
  'worker-died': 'Der Prozess starb. Ein weiterer Versuch beginnt.',
  'failed-once': 'Ein weiterer Versuch beginnt; derselbe Fehler noch einmal beendet den Lauf.',
  'retried-in-less-memory': 'Der Speicher hat nicht gereicht. Der Lauf geht weiter mit {{settings}}.',
  'used-by-adapter': 'Adapter {{id}}',
  'used-by-run': 'Lauf {{id}}',
  'used-by-merge': 'Zusammenführung {{id}}',
  'used-by-export': 'Export {{id}}',
  'used-by-evaluation': 'Messung {{id}}',
  'used-by-playground': 'Spielwiese',
} satisfies Record<Schemas['Remark']['code'], string>
