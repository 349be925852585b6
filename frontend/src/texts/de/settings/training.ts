/** Was am Modell lernt, in welchen Schritten, und womit gerechnet wird. */
export default {
  lora_r: {
    name: 'LoRA-Rang',
    help: 'Der Rang: In so vielen Richtungen darf sich jede angepasste Schicht ändern.',
  },
  lora_lora_alpha: {
    name: 'LoRA-Alpha',
    help: 'Der Adapter wird mit `lora_alpha / r` gewichtet, mit rsLoRA mit `lora_alpha / √r`.',
  },
  lora_lora_dropout: {
    name: 'LoRA-Dropout',
    help: 'Der Anteil der Eingaben der Adapter, der im Training wegfällt.',
  },
  lora_target_modules: {
    name: 'Angepasste Schichten',
    help: 'Die Schichten, die einen Adapter bekommen: alle linearen, oder Namen wie `[q_proj, v_proj]`.',
  },
  lora_use_rslora: {
    name: 'rsLoRA',
    help: 'Mit `lora_alpha / √r` gewichten, was bei hohen Rängen stabiler ist (rsLoRA).',
  },
  lora_use_dora: {
    name: 'DoRA',
    help: 'Den Betrag jedes Gewichts neben seiner Richtung lernen (DoRA). Langsamer, bei niedrigen Rängen oft besser.',
  },
  lora_init_lora_weights: {
    name: 'Anfang der Adapter',
    help: 'Wo die Adapter beginnen: bei null (`default`, `gaussian`), in den stärksten Richtungen der Gewichte (`pissa`, das schnelle `pissa_niter_16`, `olora`) oder bei dem, was die 4-Bit-Quantisierung verlor (`loftq`).',
  },
  lora_loraplus_lr_ratio: {
    name: 'LoRA+, Verhältnis der Lernraten',
    help: 'Wievielmal schneller der zweite Faktor jedes Adapters lernt (LoRA+, https://arxiv.org/abs/2402.12354; dort 16). Leer: beide mit `learning_rate`.',
  },
  quantization_bits: {
    name: 'Bits',
    help: '4 oder 8 quantisiert die eingefrorene Basis mit bitsandbytes; leer lässt sie in der Genauigkeit des Trainings.',
  },
  quantization_quant_type: {
    name: '4-Bit-Zahlenformat',
    help: 'Das Zahlenformat der 4 Bits. NF4 passt am besten zu normalverteilten Gewichten.',
  },
  quantization_compute_dtype: {
    name: 'Zahlentyp zum Rechnen',
    help: 'Der Zahlentyp, in dem mit 4-Bit-Gewichten gerechnet wird. `auto` folgt der Genauigkeit des Trainings.',
  },
  quantization_double_quant: {
    name: 'Doppelte Quantisierung',
    help: 'Auch die Skalen der 4-Bit-Gewichte quantisieren: 0,4 Bit weniger je Gewicht.',
  },
  optimization_learning_rate: {
    name: 'Lernrate',
    help: 'Die höchste Lernrate. Bei großen Modellen passt 2e-4 zu LoRA und 2e-5 zum vollen Training; kleine Modelle lernen mit mehr, bis zum Zwanzigfachen bei LoRA und zum Fünfzigfachen bei allen Gewichten.',
  },
  optimization_lr_scheduler_type: {
    name: 'Verlauf der Lernrate',
    help: 'Wie sich die Lernrate über den Lauf ändert.',
  },
  optimization_warmup_steps: {
    name: 'Aufwärmschritte',
    help: 'Schritte, über die die Lernrate von 0 ansteigt; unter 1 ist es ein Anteil aller Schritte, abgerundet.',
  },
  optimization_num_train_epochs: {
    name: 'Durchgänge',
    help: 'Wie oft jede Zeile gesehen wird (Epochen). `max_steps` geht vor.',
  },
  optimization_max_steps: {
    name: 'Höchstens so viele Schritte',
    help: 'Nach so vielen Schritten des Optimierers aufhören, was auch immer die Durchgänge sagen.',
  },
  optimization_per_device_train_batch_size: {
    name: 'Zeilen je Durchlauf',
    help: 'Zeilen in einem Vorwärts- und Rückwärtslauf auf einem Gerät (Batch-Größe).',
  },
  optimization_gradient_accumulation_steps: {
    name: 'Durchläufe je Schritt',
    help: 'Durchläufe, die zu einem Schritt des Optimierers gesammelt werden (Gradientenakkumulation): ein größerer Batch bei gleichem Speicher.',
  },
  optimization_weight_decay: {
    name: 'Gewichtsabnahme',
    help: 'Wie stark Gewichte zur Null gezogen werden (Weight Decay).',
  },
  optimization_max_grad_norm: {
    name: 'Größte Gradientennorm',
    help: 'Längere Gradienten werden auf diese Länge verkleinert. 0 schaltet die Begrenzung aus.',
  },
  optimization_optim: {
    name: 'Optimierer',
    help: 'Der Optimierer. Die mit 8 Bit und die ausgelagerten (`paged`) brauchen bitsandbytes; die ausgelagerten verlegen ihren Zustand in den Arbeitsspeicher, wenn der der GPU voll ist. Ohne Angabe ist es mit `strategy: qlora` `paged_adamw_8bit`, außer auf einem Mac.',
  },
  optimization_adam_beta1: { name: 'Adam, Beta 1', help: 'Adams Gedächtnis für den Gradienten.' },
  optimization_adam_beta2: {
    name: 'Adam, Beta 2',
    help: 'Adams Gedächtnis für den quadrierten Gradienten.',
  },
  optimization_adam_epsilon: { name: 'Adam, Epsilon', help: 'Hält Adams Division endlich.' },
  optimization_label_smoothing_factor: {
    name: 'Label-Smoothing',
    help: 'Der Anteil des Ziels, der auf alle Token verteilt wird.',
  },
  compute_device: { name: 'Gerät', help: '`auto` nimmt eine GPU, wo es eine gibt.' },
  compute_precision: {
    name: 'Genauigkeit',
    help: '`auto` nimmt bf16, wo die Hardware schnell damit rechnet, sonst fp16 auf einer GPU, sonst fp32.',
  },
  compute_gradient_checkpointing: {
    name: 'Aktivierungen neu berechnen',
    help: 'Aktivierungen im Rückwärtslauf neu berechnen (Gradient Checkpointing): viel weniger Speicher für etwa ein Drittel mehr Zeit.',
  },
  compute_attn_implementation: {
    name: 'Attention-Kernel',
    help: 'Womit die Attention berechnet wird. `auto` nimmt den schnellsten installierten, der für gepackte Zeilen genau ist.',
  },
  compute_torch_compile: {
    name: 'torch.compile',
    help: 'Das Modell vor dem Training kompilieren. Lohnt sich bei langen Läufen auf einer GPU.',
  },
  compute_num_threads: {
    name: 'CPU-Threads',
    help: 'CPU-Threads für den Lauf. Leer nimmt die physischen Kerne, die dieser Prozess benutzen darf.',
  },
  compute_dataloader_num_workers: {
    name: 'Prozesse zum Laden der Daten',
    help: 'Prozesse, die neben dem Training Batches vorbereiten.',
  },
  compute_full_determinism: {
    name: 'Völlig deterministisch',
    help: 'Nur deterministische Kernel wählen, damit ein fortgesetzter Lauf auf einer GPU bis aufs Bit gleich ist. Langsamer.',
  },
}
