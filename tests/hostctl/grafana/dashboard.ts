// A dashboard as Grafana's own types have it, made narrower where they let everything through: the kind of a panel and
// what its options may be, the sources (those of hostctl/grafana/provisioning), and the queries of both. Grafana puts its
// defaults where an option is missing.
import type { Dashboard, DataQuery, DashboardLink, Panel, VariableModel } from "@grafana/schema";
import type { Options as BarGauge }
	from "@grafana/schema/dist/esm/raw/composable/bargauge/panelcfg/x/BarGaugePanelCfg_types.gen";
import type { Options as Heatmap }
	from "@grafana/schema/dist/esm/raw/composable/heatmap/panelcfg/x/HeatmapPanelCfg_types.gen";
import type { Options as Stat }
	from "@grafana/schema/dist/esm/raw/composable/stat/panelcfg/x/StatPanelCfg_types.gen";
import type { Options as Timeline }
	from "@grafana/schema/dist/esm/raw/composable/statetimeline/panelcfg/x/StateTimelinePanelCfg_types.gen";
import type { Options as TimeSeries }
	from "@grafana/schema/dist/esm/raw/composable/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen";
import type { Influx, Prometheus } from "./sources";

// JSON has no enumerations, only their values.
type Plain<T> = unknown extends T ? T : T extends string ? `${T}` : T extends object ? { [K in keyof T]: Plain<T[K]> } : T;
type Some<T> = T extends unknown[] ? T : T extends object ? { [K in keyof T]?: Some<T[K]> } : T;
type Source = Prometheus | Influx;

// What the two plugins read of a query; @grafana/schema has no types of theirs.
interface Asked extends Omit<Plain<DataQuery>, "datasource"> {
	refId: string;
}
interface OfPrometheus extends Asked {
	datasource: Prometheus;
	expr: string;
	legendFormat: string;
	format?: "time_series" | "table" | "heatmap";
	instant?: boolean;
}
interface OfInflux extends Asked {
	datasource: Influx;
	query: string;
	rawQuery: true;
	resultFormat: "time_series" | "table" | "logs";
	alias?: string;
}
type Asks = { datasource: Prometheus; targets: OfPrometheus[] } | { datasource: Influx; targets: OfInflux[] };
type Kind<Name extends string, Options> = { type: Name; options?: Some<Plain<Options>> };
type Kinds = Kind<"bargauge", BarGauge> | Kind<"heatmap", Heatmap> | Kind<"stat", Stat> | Kind<"state-timeline", Timeline> |
	Kind<"timeseries", TimeSeries>;
type Common = Omit<Plain<Panel>, "type" | "options" | "datasource" | "targets" | "id" | "title" | "gridPos"> &
	Required<Pick<Plain<Panel>, "id" | "title" | "gridPos">>;

export interface SakerDashboard extends Omit<Plain<Dashboard>, "panels" | "templating"> {
	uid: string;
	title: string;
	links: Plain<DashboardLink>[];
	templating: { list: (Omit<Plain<VariableModel>, "datasource"> & { datasource: Source })[] };
	panels: (Common & Kinds & Asks)[];
}
