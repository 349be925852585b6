declare module 'virtual:mantine.css'
declare module 'virtual:theme.css'
declare module '@fontsource-variable/inter'
