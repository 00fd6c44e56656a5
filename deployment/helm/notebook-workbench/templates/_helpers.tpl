{{- define "wb.name" -}}{{ .Release.Name | trunc 40 | trimSuffix "-" }}{{- end }}
{{- define "wb.image" -}}{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}{{- end }}
{{- define "wb.labels" -}}
app.kubernetes.io/name: notebook-workbench
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end }}
{{- define "wb.selector" -}}
app.kubernetes.io/name: notebook-workbench
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end }}
{{- define "wb.pod-security" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
seccompProfile: {type: RuntimeDefault}
{{- end }}
{{- define "wb.container-security" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end }}
{{- define "wb.secret-env" -}}
- secretRef: {name: {{ .Values.postgres.secretName }}}
{{- end }}
{{- /* A deployment of the image: component, command, probes and what differs */ -}}
{{- define "wb.deployment" -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "wb.name" .root }}-{{ .component }}
  labels:
    {{- include "wb.labels" .root | nindent 4 }}
    app.kubernetes.io/component: {{ .component }}
spec:
  {{- if not .scaled }}
  replicas: {{ .replicas }}
  {{- end }}
  strategy:
    {{- if .recreate }}
    type: Recreate
    {{- else }}
    type: RollingUpdate
    rollingUpdate: {maxUnavailable: 0, maxSurge: 1}
    {{- end }}
  selector:
    matchLabels:
      {{- include "wb.selector" (dict "root" .root "component" .component) | nindent 6 }}
  template:
    metadata:
      labels:
        {{- include "wb.labels" .root | nindent 8 }}
        app.kubernetes.io/component: {{ .component }}
      annotations:
        checksum/config: {{ include (print .root.Template.BasePath "/config.yaml") .root | sha256sum }}
    spec:
      serviceAccountName: {{ include "wb.name" .root }}-{{ .account }}
      automountServiceAccountToken: {{ .token }}
      securityContext:
        {{- include "wb.pod-security" .root | nindent 8 }}
      {{- with .root.Values.image.pullSecrets }}
      imagePullSecrets:
        {{- range . }}
        - name: {{ . }}
        {{- end }}
      {{- end }}
      {{- if gt (int .replicas) 1 }}
      topologySpreadConstraints:
        - maxSkew: 1
          topologyKey: topology.kubernetes.io/zone
          whenUnsatisfiable: ScheduleAnyway
          labelSelector:
            matchLabels:
              {{- include "wb.selector" (dict "root" .root "component" .component) | nindent 14 }}
      {{- end }}
      containers:
        - name: {{ .component }}
          image: {{ include "wb.image" .root | quote }}
          imagePullPolicy: {{ .root.Values.image.pullPolicy }}
          args: {{ toJson .command }}
          envFrom:
            - configMapRef: {name: {{ include "wb.name" .root }}-env}
            {{- include "wb.secret-env" .root | nindent 12 }}
            {{- if .project }}
            - configMapRef: {name: {{ include "wb.name" .root }}-project}
            {{- range .root.Values.secrets }}
            - secretRef: {name: {{ . }}}
            {{- end }}
            {{- end }}
          {{- with .port }}
          ports:
            - {name: main, containerPort: {{ . }}}
          {{- end }}
          startupProbe:
            exec: {command: {{ toJson .probe }}}
            periodSeconds: 5
            timeoutSeconds: 10
            failureThreshold: 60
          readinessProbe:
            exec: {command: {{ toJson .probe }}}
            periodSeconds: 15
            timeoutSeconds: 10
          livenessProbe:
            exec: {command: {{ toJson .probe }}}
            periodSeconds: 30
            timeoutSeconds: 10
            failureThreshold: 6
          resources:
            {{- toYaml .resources | nindent 12 }}
          securityContext:
            {{- include "wb.container-security" .root | nindent 12 }}
          volumeMounts:
            - {name: home, mountPath: /dagster}
            - {name: instance, mountPath: /dagster/dagster.yaml, subPath: dagster.yaml, readOnly: true}
            - {name: instance, mountPath: /dagster/workspace.yaml, subPath: workspace.yaml, readOnly: true}
            - {name: scratch, mountPath: /tmp}
      volumes:
        - name: home
          emptyDir: {}
        - name: scratch
          emptyDir: {}
        - name: instance
          configMap: {name: {{ include "wb.name" .root }}-instance}
{{- end }}
