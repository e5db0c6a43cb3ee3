package pb_migrations

import "github.com/pocketbase/pocketbase/core"

// addFields adds fields to a collection.
func addFields(app core.App, name string, fields ...core.Field) error {
	collection, err := app.FindCollectionByNameOrId(name)
	if err != nil {
		return err
	}
	collection.Fields.Add(fields...)
	return app.Save(collection)
}

// removeFields is the way down of addFields.
func removeFields(app core.App, name string, fields ...string) error {
	collection, err := app.FindCollectionByNameOrId(name)
	if err != nil {
		return err
	}
	for _, field := range fields {
		collection.Fields.RemoveByName(field)
	}
	return app.Save(collection)
}

// show brings the fields of a collection into the given order, with their helps and flags. Fields that are not
// named come last and stay as they are.
func show(collection *core.Collection, fields []shown) {
	var ordered []core.Field
	for _, s := range fields {
		field := collection.Fields.GetByName(s.name)
		if field == nil {
			continue
		}
		switch f := field.(type) {
		case *core.TextField:
			f.Help, f.Presentable, f.Hidden = s.help, s.presentable, s.hidden
		case *core.EmailField:
			f.Help, f.Presentable = s.help, s.presentable
		case *core.PasswordField:
			f.Help = s.help
		case *core.NumberField:
			f.Help, f.Presentable, f.Hidden = s.help, s.presentable, s.hidden
		case *core.BoolField:
			f.Help, f.Presentable, f.Hidden = s.help, s.presentable, s.hidden
		case *core.DateField:
			f.Help, f.Presentable, f.Hidden = s.help, s.presentable, s.hidden
		case *core.SelectField:
			f.Help, f.Presentable, f.Hidden = s.help, s.presentable, s.hidden
		case *core.RelationField:
			f.Help, f.Presentable, f.Hidden = s.help, s.presentable, s.hidden
		case *core.FileField:
			f.Help, f.Presentable, f.Hidden = s.help, s.presentable, s.hidden
		}
		collection.Fields.RemoveByName(s.name)
		ordered = append(ordered, field)
	}
	collection.Fields.AddAt(0, ordered...)
}
