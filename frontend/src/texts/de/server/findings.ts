import type { Schemas } from '@/lib/api/client'

type Message = { message: string } | { message_one: string; message_other: string }
type Words = Message & { fix?: string }

const OUR_FAULT = 'Das ist ein Fehler von ModelForge; bitte melden Sie ihn mit dem Rezept.'

/** Was die Prüfung über die Zeilen sagt, und was zu tun ist, wo es nicht gilt. */
export default {
  'answer-is-trained': {
    message:
      'Die trainierten Token jeder Zeile ergeben ihre Antwort samt ihrer Überlegung, und nichts sonst.',
    fix: 'Die Chat-Vorlage verändert Antworten, schreibt etwas vor sie oder lässt ihre Überlegung weg. Sehen Sie mit `modelforge data preview` nach; geben Sie Überlegungen so, wie die Vorlage sie liest, als `<think>…</think>` vor der Antwort oder als `reasoning_content`, lassen Sie sie weg, oder nehmen Sie die Vorlage des Modells.',
  },
  'prompt-not-trained': {
    message: 'Kein Token einer Frage geht in den Verlust ein.',
    fix: 'Sehen Sie mit `modelforge data preview` nach; die Chat-Vorlage schreibt Text der Frage in die Antwort.',
  },
  'end-token-trained': {
    message: 'Jeder trainierte Beitrag endet mit einem trainierten Ende-Token.',
    fix: 'Die Chat-Vorlage schließt Beiträge ohne Ende-Token; nehmen Sie eine, die es setzt.',
  },
  'tools-are-written': {
    message: 'Die Chat-Vorlage schreibt die Werkzeuge und Werkzeugaufrufe jeder Zeile.',
    fix: 'Die Chat-Vorlage dieses Modells lässt sie weg, sodass Aufrufe als Schweigen gelernt würden. Wählen Sie ein Modell, dessen Vorlage Werkzeuge schreibt, oder lassen Sie Werkzeuge und Aufrufe aus den Daten weg.',
  },
  'turns-are-read': {
    message: 'Jeder Beitrag vor einer Antwort steht in der Frage, soweit er selbst keine Antwort ist.',
    fix: 'Die Chat-Vorlage dieses Modells lässt Beiträge aus, etwa die des Systems oder was ein Werkzeug zurückgab, sodass Antworten auf etwas gelernt würden, was das Modell nie sieht. Wählen Sie ein Modell, dessen Vorlage sie schreibt, oder lassen Sie sie aus den Daten weg; was das System sagt, kann im ersten Beitrag des Nutzers stehen.',
  },
  'one-bos': {
    message: 'Keine Zeile beginnt mit zwei BOS-Token.',
    fix: 'Entfernen Sie das BOS-Token aus dem Text der Daten oder aus der Chat-Vorlage.',
  },
  'same-ids': {
    message: 'Training und Spielwiese machen aus einer Frage dieselben Token.',
    fix: 'Eine Antwort beginnt mitten in einem Token. Lassen Sie Fragen mit einem ganzen Wort enden, oder Antworten mit einem beginnen.',
  },
  'labels-spell-answer': {
    message: 'Die Labels jeder Zeile ergeben ihre Antwort, oder den Anfang einer zu langen.',
    fix: 'Der Tokenizer verändert Antworten. Sehen Sie mit `modelforge data preview` nach.',
  },
  'labels-without-input': { message: 'Die Labels enthalten nichts von der Eingabe.', fix: OUR_FAULT },
  'target-end-trained': {
    message: 'Jede ungekürzte Antwort endet mit einem trainierten Ende-Token.',
    fix: 'Der Tokenizer hat kein Ende-Token; nehmen Sie einen, der eines hat.',
  },
  'one-bos-on-each-side': {
    message: 'Keine Eingabe und keine Antwort beginnt mit zwei BOS-Token.',
    fix: 'Entfernen Sie das BOS-Token aus dem Text der Daten.',
  },
  'span-is-answer': {
    message:
      'Die Token, auf die gezeigt wird, ergeben die Antwort, bis auf den Rest ihres ersten und letzten Wortes.',
    fix: 'Sehen Sie mit `modelforge data preview` nach: answer_start zählt Zeichen, und Antworten sollen ganze Wörter sein.',
  },
  'text-is-read': {
    message:
      'Die Token jeder ungekürzten Zeile ergeben ihren Text, Buchstabe für Buchstabe, von Großschreibung und Akzenten abgesehen.',
    fix: 'Der Tokenizer verändert den Text. Sehen Sie mit `modelforge data preview` nach.',
  },
  'label-is-its-class': {
    message: 'Die Nummer, die trainiert wird, steht für die Klasse der Zeile.',
    fix: OUR_FAULT,
  },
  'ids-in-vocabulary': {
    message: 'Zu jedem Token gehört ein Embedding.',
    fix: 'Tokenizer und Modell gehören nicht zusammen; nehmen Sie beide aus einer Quelle.',
  },
  'batch-keeps-rows': {
    message: 'Batches enthalten jedes Token und jedes Label ihrer Zeilen, und kein Fülltoken wird trainiert.',
    fix: OUR_FAULT,
  },
  'rows-left-out': {
    message_one: '{{count}} Zeile wird nicht trainiert; Zeile {{row}}: {{reason}}.',
    message_other: '{{count}} Zeilen werden nicht trainiert; Zeile {{row}}: {{reason}}.',
    fix: 'Berichtigen Sie sie; wo sie zu lang sind, erhöhen Sie data.max_length über {{limit}}.',
  },
  'rows-cut': {
    message_one: '{{count}} Zeile ist länger als {{limit}} Token und wird gekürzt.',
    message_other: '{{count}} Zeilen sind länger als {{limit}} Token und werden gekürzt.',
    fix: 'Erhöhen Sie data.max_length auf {{longest}}, um sie ganz zu trainieren.',
  },
  'rows-without-system-prompt': {
    message_one: '{{count}} Zeile ist kein Gespräch und bekommt data.system_prompt nicht.',
    message_other: '{{count}} Zeilen sind keine Gespräche und bekommen data.system_prompt nicht.',
    fix: 'Lassen Sie data.system_prompt weg, oder geben Sie diese Zeilen als `messages`, oder als Fragen, die Listen von Nachrichten sind.',
  },
  'answers-as-context': {
    message_one:
      'In {{count}} Zeile stehen Antworten vor der letzten ihres Gesprächs (Antworten: {{answers}}, darin Funktionsaufrufe: {{calls}}): Sie sind Kontext und werden nicht gelernt.',
    message_other:
      'In {{count}} Zeilen stehen Antworten vor der letzten ihres Gesprächs (Antworten: {{answers}}, darin Funktionsaufrufe: {{calls}}): Sie sind Kontext und werden nicht gelernt.',
    fix: 'Setzen Sie strategy.assistant_only_loss: true, um jede Antwort zu lernen.',
  },
  'answers-as-context-only': {
    message_one:
      'In {{count}} Zeile stehen Antworten vor der letzten ihres Gesprächs (Antworten: {{answers}}, darin Funktionsaufrufe: {{calls}}): Sie sind Kontext und werden nicht gelernt.',
    message_other:
      'In {{count}} Zeilen stehen Antworten vor der letzten ihres Gesprächs (Antworten: {{answers}}, darin Funktionsaufrufe: {{calls}}): Sie sind Kontext und werden nicht gelernt.',
    fix: 'Mit der Chat-Vorlage dieses Modells, oder ohne eine, lassen sich frühere Antworten nicht aus derselben Zeile lernen: Geben Sie jeder Antwort, die gelernt werden soll, eine eigene Zeile, an deren Ende sie steht.',
  },
  'no-rows': { message: 'Es gibt keine Zeilen.', fix: 'Ergänzen Sie Zeilen.' },
  'nothing-held-out': {
    message: 'Keine Zeilen werden zurückgehalten; so wird nichts zeigen, ob das Modell besser geworden ist.',
    fix: 'Setzen Sie data.validation_split oder data.validation_dataset.',
  },
  'rows-not-measured': {
    message_one: '{{count}} zurückgehaltene Zeile wird nicht gemessen; Zeile {{row}}: {{reason}}.',
    message_other: '{{count}} zurückgehaltene Zeilen werden nicht gemessen; Zeile {{row}}: {{reason}}.',
    fix: 'Berichtigen Sie sie; wo sie zu lang sind, erhöhen Sie data.max_length über {{limit}}.',
  },
  'no-row-measured': {
    message:
      'Keine der zurückgehaltenen Zeilen wird gemessen; so wird nichts zeigen, ob das Modell besser geworden ist. Zeile {{row}}: {{reason}}.',
    fix: 'Berichtigen Sie sie; wo sie zu lang sind, erhöhen Sie data.max_length über {{limit}}.',
  },
  'settings-unheeded': {
    message_one: '{{count}} Einstellung ist in diesem Lauf ohne Wirkung: {{keys}}.',
    message_other: '{{count}} Einstellungen sind in diesem Lauf ohne Wirkung: {{keys}}.',
    fix: 'Lassen Sie weg, was nichts bewirkt.',
  },
  'rows-beyond-positions': {
    message: 'Die längste Zeile hat {{longest}} Token, und das Modell hat nur Positionen für {{limit}}.',
    fix: 'Setzen Sie data.max_length auf {{limit}} oder weniger, oder wählen Sie ein Modell mit längerem Kontext.',
  },
  'rows-beyond-made-for': {
    message:
      'Die längste Zeile hat {{longest}} Token, und das Modell wurde für {{limit}} gemacht: Darüber hinaus wird es schlechter.',
    fix: 'Setzen Sie data.max_length auf {{limit}} oder weniger, oder wählen Sie ein Modell mit längerem Kontext.',
  },
  'targets-beyond-positions': {
    message: 'Die längste Antwort hat {{longest}} Token, und das Modell hat nur Positionen für {{limit}}.',
    fix: 'Setzen Sie data.max_target_length auf {{limit}} oder weniger, oder wählen Sie ein Modell mit längerem Kontext.',
  },
  'too-few-prompts': {
    message:
      'Ein Schritt erzeugt Antworten auf {{needed}} Fragen, und zum Trainieren gibt es davon {{prompts}}.',
    fix: 'Ergänzen Sie Fragen, senken Sie optimization.per_device_train_batch_size oder optimization.gradient_accumulation_steps, oder erhöhen Sie strategy.num_generations.',
  },
  'warm-up-outlasts-training': {
    message:
      'Die Lernrate steigt über {{warmup}} Schritte an, und das Training hat {{steps}}: Sie erreicht ihre Höhe nie.',
    fix: 'Senken Sie optimization.warmup_steps; unter 1 ist es ein Anteil aller Schritte.',
  },
  'warm-up-is-all': {
    message:
      'Der einzige Schritt des Trainings ist einer des Aufwärmens, mit einer Lernrate von 0: Gelernt würde nichts.',
    fix: 'Setzen Sie optimization.warmup_steps auf 0, oder trainieren Sie mehr Schritte lang.',
  },
  'reward-model-other-prompts': {
    message:
      'Von Gesprächen und bloßen Texten kennt das Belohnungsmodell {{model}} das eine, und {{others}} von {{prompts}} Fragen sind das andere.',
    fix: 'Nennen Sie ein Belohnungsmodell, das auf Paaren derselben Form trainiert wurde, oder geben Sie den Fragen seine Form.',
  },
  'reward-model-other-template': {
    message:
      'Die Chat-Vorlage des Belohnungsmodells {{model}} schreibt Gespräche anders als die dieses Modells.',
    fix: 'Trainieren Sie das Belohnungsmodell auf dem Modell, das es beurteilen soll, oder auf einem verwandten mit derselben Chat-Vorlage.',
  },
  'exact-duplicates': {
    message:
      'Zeilen, die eine frühere wiederholen: {{exact}}; die einer ähneln: {{near}}. Doppelte liegen auf einer Seite der Teilung.',
    fix: 'data.drop_duplicates: true lässt die genauen Doppelten aus.',
  },
  'near-duplicates': {
    message:
      'Zeilen, die einer früheren ähneln: {{near}}. Einander ähnliche liegen auf einer Seite der Teilung.',
  },
  'learned-rows-held-out': {
    message:
      'Zurückgehaltene Zeilen, die auch in den Trainingsdaten stehen: {{exact}}; die dort einer ähneln: {{near}}. Der Bericht wird zu gut ausfallen.',
    fix: 'Nehmen Sie sie aus einem von beiden heraus.',
  },
  'earlier-stage-learned-rows': {
    message:
      'Zurückgehaltene Zeilen, mit denen die Stufe {{stage}} trainiert: {{exact}}; die dort einer ähneln: {{near}}. Der Bericht wird zu gut ausfallen.',
    fix: 'Nehmen Sie sie aus einem von beiden heraus.',
  },
  'prompts-on-both-sides': {
    message:
      'Zurückgehaltene Zeilen, deren Frage mit einer anderen Antwort auch in den Trainingsdaten steht: {{count}}. Sie hat zu viele Zeilen, um auf einer Seite zu bleiben. Der Bericht kann zu gut ausfallen.',
    fix: 'Nennen Sie ein data.validation_dataset mit eigenen Fragen, oder erhöhen Sie data.validation_split.',
  },
  'learned-prompts-held-out': {
    message:
      'Zurückgehaltene Zeilen, deren Frage mit einer anderen Antwort auch in den Trainingsdaten steht: {{count}}. Der Bericht kann zu gut ausfallen.',
    fix: 'Nehmen Sie sie aus einem von beiden heraus.',
  },
  'earlier-stage-learned-prompts': {
    message:
      'Zurückgehaltene Zeilen, mit deren Frage und einer anderen Antwort die Stufe {{stage}} trainiert: {{count}}. Der Bericht kann zu gut ausfallen.',
    fix: 'Nehmen Sie sie aus einem von beiden heraus.',
  },
  'classes-to-learn': {
    message:
      'Zu lernen sind {{count}} Klassen: {{classes}}. Immer „{{most}}“ zu sagen ist in {{percent}} % der Fälle richtig.',
  },
  'lopsided-classes': {
    message:
      'Zu lernen sind {{count}} Klassen: {{classes}}. Immer „{{most}}“ zu sagen ist in {{percent}} % der Fälle richtig.',
    fix: 'Urteilen Sie nach Makro-F1, das alle Klassen gleich wiegt, oder ergänzen Sie Zeilen der seltenen Klassen.',
  },
  'one-class': {
    message: 'Alle Zeilen zum Training haben dieselbe Klasse.',
    fix: 'Ergänzen Sie Zeilen anderer Klassen.',
  },
  'all-marked-good': {
    message: 'Jede Antwort ist als gut markiert: Es gibt nichts zu unterscheiden.',
    fix: 'Ergänzen Sie schlechte Antworten, oder lernen Sie mit strategy: sft nur aus guten.',
  },
  'all-marked-bad': {
    message: 'Jede Antwort ist als schlecht markiert: Es gibt nichts zu unterscheiden.',
    fix: 'Ergänzen Sie gute Antworten, oder lernen Sie mit strategy: sft nur aus guten.',
  },
  'marks-unbalanced': {
    message:
      'Gute Antworten ({{good}}) wiegen {{times}}-mal so viel wie schlechte ({{bad}}); die Veröffentlichung empfiehlt {{least}} bis {{most}}.',
    fix: 'Setzen Sie strategy.desirable_weight zwischen {{low}} und {{high}}.',
  },
  unanswerable: {
    message: 'Fragen, auf die ihr Text keine Antwort hat: {{count}} von {{questions}} ({{percent}} %).',
  },
  'unanswerable-taught': {
    message:
      'Fragen, auf die ihr Text keine Antwort hat: {{count}} von {{questions}} ({{percent}} %). Gelernt wird dann die Antwort „{{answer}}“',
  },
} satisfies Record<NonNullable<Schemas['Finding']['code']>, Words>
