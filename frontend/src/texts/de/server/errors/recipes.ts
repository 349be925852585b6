import type { ErrorCode, Words } from './words'

const OTHER_START =
  'Nehmen Sie sie aus lora.target_modules heraus, oder setzen Sie lora.init_lora_weights: default.'
const READS = 'Wählen Sie einen Encoder wie BERT oder ModernBERT, oder ein Sprachmodell, das Text fortsetzt.'

/** Rezepte, die zu diesem Modell, diesen Daten oder diesem Rechner nicht passen. */
export default {
  'smoothing-not-on-spans': {
    message: 'label_smoothing_factor hat keine Wirkung auf einen Kopf, der markiert, wo eine Antwort steht.',
    hint: 'Setzen Sie optimization.label_smoothing_factor: 0.',
  },
  // Rechner
  'device-not-found': {
    message: 'compute.device ist {{device}}, aber auf diesem Rechner wurde kein solches Gerät gefunden.',
    hint: 'Setzen Sie compute.device: auto; `modelforge doctor` zeigt, was gefunden wurde.',
  },
  'device-against-recipe': {
    message:
      'Dieser Lauf würde auf {{device}} in {{precision}} rechnen, und das passt nicht zum Rezept: $t(server.together.{{refusal}}).',
    hint: 'Ändern Sie das im Rezept, oder nehmen Sie einen Rechner mit einem anderen Gerät.',
  },
  'task-against-recipe': {
    message:
      'Die Aufgabe {{task}} schreibt keine Antworten, sondern liest mit einem Kopf, und das passt nicht zum Rezept: $t(server.together.{{refusal}}).',
    hint: 'Ändern Sie das im Rezept.',
  },
  'bf16-emulated': {
    message: 'compute.precision ist bf16, aber diese GPU ahmt bf16 nur nach.',
    hint: 'Setzen Sie compute.precision: auto; das nimmt hier fp16.',
  },
  'fp16-on-cpu': {
    message: 'compute.precision ist fp16, und darin kann eine CPU nicht trainieren.',
    hint: 'Setzen Sie compute.precision: auto.',
  },
  // Aufgaben
  'task-continues-text': {
    message: '{{task}} setzt einen Text fort, und ein Modell mit {{layout}} ({{type}}) tut das nicht.',
    hint: 'Wählen Sie ein Sprachmodell, das Text fortsetzt, oder für dieses eine andere Aufgabe.',
  },
  'task-points-or-continues': {
    message:
      '{{task}} zeigt auf eine Antwort oder setzt einen Text fort, und ein Encoder-Decoder ({{type}}) tut keines von beiden.',
    hint: READS,
  },
  'task-reads-with-one-stack': {
    message:
      '{{task}} liest einen Text mit einem Stapel von Schichten, und ein Encoder-Decoder ({{type}}) hat zwei.',
    hint: READS,
  },
  'encoder-makes-no-summaries': {
    message: 'Ein Modell vom Typ „{{type}}“ liest und kann nicht schreiben, also auch nicht zusammenfassen.',
    hint: 'Wählen Sie einen Encoder-Decoder wie starter:seq2seq, oder ein Sprachmodell wie starter:chat.',
  },
  'encoder-decoder-without-system': {
    message: 'Ein Encoder-Decoder liest einen einzigen Text und kennt keinen Systembeitrag.',
    hint: 'Sagen Sie es in data.source_prefix, und lassen Sie data.system_prompt weg.',
  },
  'encoder-decoder-trains-answers': {
    message: 'Ein Encoder-Decoder lässt sich nicht auf seiner Eingabe trainieren.',
    hint: 'Lassen Sie strategy.completion_only_loss auf true.',
  },
  'question-leaves-no-text': {
    message:
      'Eine Frage von {{question}} Token lässt {{room}} von data.max_length {{most}} für den Text, bei einer Überlappung von {{overlap}}.',
    hint: 'Erhöhen Sie data.max_length, senken Sie data.doc_stride, oder kürzen Sie die Frage.',
  },
  'tokenizer-without-places': {
    message:
      'Dieser Tokenizer sagt nicht, wo seine Token im Text stehen; darum lässt sich keine Antwort darin wiederfinden.',
    hint: 'Wählen Sie ein Modell mit schnellem Tokenizer (tokenizer.json).',
  },
  'no-end-token': {
    message:
      'Der Tokenizer von {{tokenizer}} hat kein Ende-Token; darum ließe sich nicht lernen, wo Antworten enden.',
    hint: 'Nennen Sie eines als `eos_token` in seiner tokenizer_config.json, oder nehmen Sie ein Modell, das eines hat.',
  },
  'no-pad-token': {
    message:
      'Der Tokenizer von {{tokenizer}} hat weder ein Füll-Token noch ein Ende-Token; darum lassen sich ungleich lange Zeilen nicht in einen Stapel legen.',
    hint: 'Nennen Sie ein Token, das in keinem Text steht, als `pad_token` in seiner tokenizer_config.json, oder nehmen Sie ein Modell, das eines hat.',
  },
  // Chat-Vorlagen
  'template-refuses': {
    message: 'Die Chat-Vorlage des Modells nimmt dieses Gespräch nicht an: {{reason}}',
    hint: 'Manche Modelle nehmen keinen Systembeitrag (data.system_prompt schreibt einen), oder wollen user und assistant im Wechsel: Lassen Sie Systembeiträge weg, berichtigen Sie die Reihenfolge, oder wählen Sie ein anderes Modell.',
  },
  'template-writes-no-tools': {
    message:
      'Die Chat-Vorlage des Modells schreibt keine Werkzeuge und nimmt dieses Gespräch mit solchen nicht an: {{reason}}',
    hint: 'Wählen Sie ein Modell, dessen Chat-Vorlage Werkzeuge schreibt, wie die von Qwen und Llama 3.1, oder lassen Sie Werkzeuge, Aufrufe und deren Ergebnisse weg.',
  },
  'template-rewrites-turns': {
    message:
      'Die Chat-Vorlage schreibt den früheren Teil eines Gesprächs anders, sobald weitere Beiträge folgen.',
    hint: 'Trainieren Sie nur den letzten Beitrag (strategy.assistant_only_loss: false), mit einer Antwort je Zeile.',
  },
  'template-begins-otherwise': {
    message: 'Die Chat-Vorlage beginnt eine Antwort, die erst kommt, anders als eine, die da ist.',
    hint: 'Solche Vorlagen schreiben vor jede Antwort eine Überlegung, oder lassen die der Daten weg. Wählen Sie ein Modell, dessen Vorlage Überlegungen weglassen kann (`enable_thinking`), oder geben Sie die Zeilen als Texte, `prompt` und `completion`, auf die keine Vorlage angewandt wird.',
  },
  // Strategien
  'packing-wants-causal': {
    message: 'Nur bei Sprachmodellen, die Text fortsetzen, lassen sich Zeilen packen.',
    hint: 'Setzen Sie strategy.packing: false.',
  },
  'answers-not-sampled': {
    message: 'Antworten auf {{task}} werden nicht Token für Token gezogen.',
    hint: 'Nehmen Sie ein Sprachmodell, das Text fortsetzt, oder strategy: sft.',
  },
  'no-rewards-named': {
    message: 'Nichts sagt, wofür Antworten belohnt werden.',
    hint: 'Nennen Sie unter strategy.rewards Regeln, oder mit strategy.reward_model ein Belohnungsmodell der Bibliothek; `strategy: reward` trainiert eines aus Paaren.',
  },
  'no-reward-model': {
    message: '{{model}} ist ein Modell für {{task}}, kein Belohnungsmodell.',
    hint: 'Trainieren Sie eines aus Paaren von Antworten, mit strategy: reward.',
  },
  'reward-model-of-other-tokens': {
    message: 'Das Belohnungsmodell {{model}} liest andere Token, als dieses Modell schreibt.',
    hint: 'Trainieren Sie das Belohnungsmodell auf derselben Basis, oder auf einer ihrer Familie.',
  },
  'reward-model-writes-none': {
    message: '{{model}} ist ein Belohnungsmodell: Es bewertet Antworten und schreibt keine.',
    hint: 'Nennen Sie es als strategy.reward_model eines Laufs mit strategy: rlhf, und trainieren Sie auf dem Modell, aus dem es gemacht ist.',
  },
  'stages-not-here': {
    message: 'Dieses Rezept hat Stufen; hier ist ein einzelner Lauf gefragt.',
    hint: '`modelforge train -c REZEPT` und `POST /api/v1/runs` führen alle Stufen nacheinander aus.',
  },
  // Adapter
  'start-wants-linear': {
    message: '{{start}} zerlegt lineare Schichten, und {{names}} ist keine.',
    hint: OTHER_START,
  },
  'start-changes-shared': {
    message:
      '{{layer}} teilt ihre Gewichte mit einer anderen Schicht, und {{start}} würde auch diese ändern.',
    hint: OTHER_START,
  },
  'start-rank-too-high': {
    message:
      '{{start}} kann {{layer}} keinen Adapter vom Rang {{rank}} geben: Die Schicht bildet {{inputs}} Werte auf {{outputs}} ab.',
    hint: 'Senken Sie lora.r auf die kleinere der beiden Zahlen, oder setzen Sie lora.init_lora_weights: default.',
  },
} satisfies { [code in ErrorCode]?: Words }
