{{- define "weft.fullname" -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- else if contains $name .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end }}

{{- /* Labels that never change, with which pods are found: (dict "root" $ "component" "router" "name" "router"). */ -}}
{{- define "weft.selector" -}}
app.kubernetes.io/name: {{ .name }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end }}

{{- define "weft.labels" -}}
{{ include "weft.selector" . }}
app.kubernetes.io/part-of: weft
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version }}
{{- end }}

{{- define "weft.image" -}}
{{- if .image.digest -}}
{{ .image.repository }}@{{ .image.digest }}
{{- else -}}
{{ .image.repository }}:{{ .image.tag | default .root.Chart.AppVersion }}
{{- end -}}
{{- end }}

{{- /* The image of a subgraph: its own, or that of the sample services. */ -}}
{{- define "weft.subgraphImage" -}}
{{- $own := hasKey .subgraph.image "repository" -}}
{{- include "weft.image" (dict "root" .root "image" (ternary .subgraph.image .root.Values.images.subgraphs $own)) -}}
{{- end }}

{{- /* What is said of a subgraph, over the defaults: (dict "root" $ "subgraph" .). The result is JSON. */ -}}
{{- define "weft.subgraph" -}}
{{- mustMergeOverwrite (deepCopy .root.Values.subgraphDefaults) (deepCopy (.subgraph | default dict)) | toJson -}}
{{- end }}

{{- /* 80 % of a quantity of memory, in bytes. */ -}}
{{- define "weft.memory" -}}
{{- $units := dict "" 1 "k" 1000 "M" 1000000 "G" 1000000000 "Ki" 1024 "Mi" 1048576 "Gi" 1073741824 -}}
{{- $unit := regexFind "[A-Za-z]*$" (toString .) -}}
{{- if not (hasKey $units $unit) -}}
{{- fail (printf "resources.limits.memory is %v; give it in k, M, G, Ki, Mi or Gi" .) -}}
{{- end -}}
{{- mulf (float64 (trimSuffix $unit (toString .))) (get $units $unit) 0.8 | floor | int64 -}}
{{- end }}

{{- /* What all pods have in common: (dict "root" $ "selector" TEXT "of" VALUES). */ -}}
{{- define "weft.pod" -}}
automountServiceAccountToken: false
# Variables of services would be taken for settings.
enableServiceLinks: false
{{- with .root.Values.serviceAccountName }}
serviceAccountName: {{ . }}
{{- end }}
{{- with .root.Values.images.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
securityContext:
  runAsNonRoot: true
  runAsUser: 65532
  runAsGroup: 65532
  fsGroup: 65532
  seccompProfile: {type: RuntimeDefault}
{{- with .of.nodeSelector }}
nodeSelector: {{ toYaml . | nindent 2 }}
{{- end }}
{{- with .of.tolerations }}
tolerations: {{ toYaml . | nindent 2 }}
{{- end }}
{{- with .of.affinity }}
affinity: {{ toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- /* Pods apart from each other: over zones, then over nodes. */ -}}
{{- define "weft.spread" -}}
topologySpreadConstraints:
  {{- range list "topology.kubernetes.io/zone" "kubernetes.io/hostname" }}
  - topologyKey: {{ . }}
    maxSkew: 1
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels: {{ $.selector | nindent 8 }}
    matchLabelKeys: [pod-template-hash]
  {{- end }}
{{- end }}

{{- define "weft.container" -}}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: {drop: [ALL]}
{{- end }}

{{- /* A HorizontalPodAutoscaler: (dict "root" $ "name" NAME "labels" TEXT "of" VALUES). */ -}}
{{- define "weft.autoscaler" -}}
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  name: {{ .name }}
  namespace: {{ .root.Release.Namespace }}
  labels: {{ .labels | nindent 4 }}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: {{ .name }}}
  minReplicas: {{ .of.autoscaling.minReplicas }}
  maxReplicas: {{ .of.autoscaling.maxReplicas }}
  metrics:
    - type: Resource
      resource:
        name: cpu
        target: {type: Utilization, averageUtilization: {{ .of.autoscaling.targetCPU }}}
    {{- with .of.autoscaling.metrics }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- with .of.autoscaling.behavior }}
  behavior: {{ toYaml . | nindent 4 }}
  {{- end }}
{{- end }}

{{- /* A PodDisruptionBudget: (dict "root" $ "name" NAME "labels" TEXT "selector" TEXT "of" VALUES). */ -}}
{{- define "weft.budget" -}}
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: {{ .name }}
  namespace: {{ .root.Release.Namespace }}
  labels: {{ .labels | nindent 4 }}
spec:
  maxUnavailable: {{ .of.podDisruptionBudget.maxUnavailable }}
  # Pods that do not work must not keep a node from being emptied.
  unhealthyPodEvictionPolicy: AlwaysAllow
  selector:
    matchLabels: {{ .selector | nindent 6 }}
{{- end }}

{{- /* A rule of egress to one place: (dict "to" PEERS "port" PORT). */ -}}
{{- define "weft.egress" -}}
- ports:
    - {protocol: TCP, port: {{ .port }}}
    {{- if .udp }}
    - {protocol: UDP, port: {{ .port }}}
    {{- end }}
  {{- with .to }}
  to: {{ toYaml . | nindent 4 }}
  {{- end }}
{{- end }}

{{- /* weft.yaml: what the chart knows, and router.config on top of it. */ -}}
{{- define "weft.config" -}}
{{- $v := .Values -}}
{{- $scheme := ternary "https" "http" $v.mtls.enabled -}}
{{- $upstreams := dict -}}
{{- range $name, $given := $v.subgraphs -}}
{{- $s := include "weft.subgraph" (dict "root" $ "subgraph" $given) | fromJson -}}
{{- if $s.enabled -}}
{{- $host := printf "%s-%s.%s.svc" (include "weft.fullname" $) $name $.Release.Namespace -}}
{{- $_ := set $upstreams $name (dict "url" (printf "%s://%s:%d%s" $scheme $host (int $s.port) $s.path)) -}}
{{- end -}}
{{- end -}}
{{- $upstream := dict "subgraphs" $upstreams -}}
{{- if $v.mtls.enabled -}}
{{- $tls := dict "ca_file" "/etc/weft/tls/ca.crt" "cert_file" "/etc/weft/tls/tls.crt" -}}
{{- $_ := set $tls "key_file" "/etc/weft/tls/tls.key" -}}
{{- $_ := set $upstream "all" (dict "tls" $tls) -}}
{{- end -}}
{{- $admin := dict "listen" ":9090" -}}
{{- if $v.router.adminToken -}}
{{- $_ := set $admin "token" "${ADMIN_TOKEN}" -}}
{{- end -}}
{{- $config := dict "listen" ":4000" "production" true "admin" $admin "upstream" $upstream
  "supergraph" (dict "path" "/etc/weft/supergraph/supergraph.graphql")
  "shutdown" (dict "drain_delay" (printf "%ds" (int $v.router.shutdown.drainDelaySeconds))
    "timeout" (printf "%ds" (int $v.router.shutdown.timeoutSeconds))) -}}
{{- if $v.identity.enabled -}}
{{- $keys := list "/etc/weft/identity/identity.pem" -}}
{{- $identity := dict "enabled" true "key_files" $keys "claims" $v.identity.claims -}}
{{- $_ := set $config "identity" $identity -}}
{{- end -}}
{{- $cache := dict -}}
{{- if $v.redis.addresses -}}
{{- $redis := dict "addresses" $v.redis.addresses "password" "${REDIS_PASSWORD}" "tls" (dict "enabled" $v.redis.tls) -}}
{{- $cache = dict "enabled" true "redis" $redis -}}
{{- end -}}
{{- if $v.events.enabled -}}
{{- $_ := set $cache "events" (dict "nats_url" "${EVENTS_URL}") -}}
{{- end -}}
{{- if $cache -}}
{{- $_ := set $config "cache" $cache -}}
{{- end -}}
{{- range list "listen" "shutdown" "admin" -}}
{{- if hasKey $v.router.config . -}}
{{- fail (printf "router.config.%s: probes and ports go by it; use router.shutdown and router.adminToken" .) -}}
{{- end -}}
{{- end -}}
{{- mustMergeOverwrite $config (deepCopy $v.router.config) | toYaml -}}
{{- end }}
