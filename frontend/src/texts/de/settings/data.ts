/** Was trainiert wird, woraus, und wie eine Zeile zu Token wird. */
export default {
  name: {
    name: 'Name',
    help: 'Ein Name für den Lauf und das Modell, das er macht. Leer: wird aus Modell und Datensatz gebildet.',
  },
  task: { name: 'Aufgabe', help: 'Was das Modell tun soll.' },
  provider: {
    name: 'Bibliothek',
    help: 'Wie Gewichte geladen und angepasst werden. `unsloth` ist auf einer NVIDIA-GPU schneller und braucht eine eigene Umgebung.',
  },
  model: {
    name: 'Modell',
    help: '`starter:NAME`, eine Kennung vom Hugging Face Hub wie `Qwen/Qwen3-0.6B`, ein lokaler Ordner oder ein Modell der Bibliothek.',
  },
  model_revision: {
    name: 'Stand des Modells',
    help: 'Der Branch, das Tag oder der Commit eines Modells vom Hub.',
  },
  dataset: {
    name: 'Datensatz',
    help: '`sample:NAME`, eine Datei, ein Datensatz der Bibliothek oder eine Kennung vom Hugging Face Hub als `hub:BESITZER/NAME`.',
  },
  dataset_revision: {
    name: 'Stand des Datensatzes',
    help: 'Der Branch, das Tag oder der Commit eines Datensatzes vom Hub.',
  },
  finetuning_type: {
    name: 'Was trainiert wird',
    help: 'Kleine Adapter von niedrigem Rang neben dem eingefrorenen Modell, oder alle seine Gewichte.',
  },
  seed: {
    name: 'Startwert des Zufalls',
    help: 'Bestimmt die Teilung, die Reihenfolge der Zeilen, das Dropout und den Anfang der Adapter.',
  },
  data_shape: {
    name: 'Form der Zeilen',
    help: 'Die Form einer Zeile. `auto` erkennt sie und sagt, was gefunden wurde.',
  },
  data_columns: {
    name: 'Spalten',
    help: 'Wo die Spalten der Datei anders heißen: erwarteter Name → Name in der Datei, etwa `{input: question}`.',
  },
  data_validation_dataset: {
    name: 'Datensatz zur Auswertung',
    help: 'Ein eigener Datensatz, an dem gemessen wird. Ohne ihn wird der Anteil `validation_split` zurückgehalten.',
  },
  data_validation_split: {
    name: 'Zurückgehaltener Anteil',
    help: 'Der Anteil der benutzten Zeilen, der für die Auswertung zurückgehalten wird; Doppelte und die Zeilen einer Frage bleiben auf einer Seite. 0 hält keine zurück.',
  },
  data_max_samples: {
    name: 'Höchstens so viele Zeilen',
    help: 'Mit höchstens so vielen Zeilen trainieren; welche, bestimmt der Startwert des Zufalls. `validation_split` ist dann der Anteil an diesen und den zurückgehaltenen.',
  },
  data_drop_duplicates: {
    name: 'Doppelte auslassen',
    help: 'Zeilen auslassen, die eine frühere genau wiederholen.',
  },
  data_system_prompt: {
    name: 'Systemprompt',
    help: 'Ein Systembeitrag, der vor jedes Gespräch gesetzt wird, das keinen hat.',
  },
  data_source_prefix: {
    name: 'Vorangestellter Text',
    help: 'Zusammenfassen: steht vor jedem Text, im Training und wenn das Modell gefragt wird. BART braucht keinen: `""`.',
  },
  data_max_length: {
    name: 'Längste Zeile, in Token',
    help: 'Die längste Zeile, in Token; bei einem Encoder-Decoder die längste Eingabe. Längere werden nach `truncation_mode` gekürzt oder ausgelassen.',
  },
  data_max_target_length: {
    name: 'Längste Antwort, in Token',
    help: 'Encoder-Decoder: die längste Antwort, in Token. Von einer längeren bleibt der Anfang, und wo sie endet, wird nicht gelehrt; mit `truncation_mode: drop` wird ihre Zeile ausgelassen.',
  },
  data_doc_stride: {
    name: 'Überlappung der Fenster, in Token',
    help: 'Wie viele Token benachbarte Fenster eines langen Textes gemeinsam haben, wenn Encoder Fragen extraktiv beantworten. Eine Antwort, die in keinem Fenster ganz steht, lässt sich nicht lernen.',
  },
  data_truncation_mode: {
    name: 'Kürzen',
    help: 'Was von einer Zeile bleibt, die länger als `max_length` ist. Zeilen, deren ganze Antwort wegfiele, werden nie trainiert. Reiner Text wird ganz trainiert, in Fenstern, außer mit `drop`.',
  },
}
